import { useState } from 'react';
import { formatMoment, zoneName } from '../../../lib/format.ts';
import { useNow } from '../../../lib/hooks.ts';
import { parseRange } from '../../../lib/parse-range.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import { useRange } from '../../../lib/range-context.ts';
import { PRESETS, resolveRange, type TimeRange } from '../../../lib/time-range.ts';
import { Button } from '../../../ui/button.tsx';
import { cx } from '../../../ui/cx.ts';
import { INPUT } from '../../../ui/field.tsx';

interface RangeFormProps {
  /** What is typed into the box above. */
  readonly text: string;
  /** Of the line that says what was understood. */
  readonly hintId: string;
  readonly onChoose: (range: TimeRange) => void;
}

/** What the typed words mean, the usual ranges, and one given by both ends. */
export function RangeForm({ text, hintId, onChoose }: RangeFormProps) {
  const { range, resolved } = useRange();
  const { zone } = usePreferences();
  const now = useNow(10_000);
  const [from, setFrom] = useState(formatMoment(resolved.from, zone));
  const [to, setTo] = useState(formatMoment(resolved.to, zone));
  const parsed = text.trim() === '' ? null : parseRange(text, now, zone);
  const ends = parseRange(`${from} - ${to}`, now, zone);
  const preview = parsed && resolveRange(parsed, now);
  const current = range.to === 'now' ? range.from.slice(1) : '';
  return (
    <div className="grid gap-3">
      <p id={hintId} role="status" className="num text-xs text-faint">
        {text.trim() === ''
          ? 'Also ISO times and epochs, pasted as they are'
          : preview
            ? `${formatMoment(preview.from, zone)} – ${formatMoment(preview.to, zone)}`
            : 'Not understood as a time'}
      </p>
      <ul className="grid grid-cols-5 gap-1" aria-label="Ranges">
        {PRESETS.map((preset) => (
          <li key={preset}>
            <button
              type="button"
              aria-pressed={current === preset}
              onClick={() => onChoose({ from: `-${preset}`, to: 'now' })}
              className="h-7 w-full rounded-s border border-line hover:bg-hover aria-pressed:border-accent aria-pressed:bg-selected aria-pressed:text-accent-ink max-sm:h-11"
            >
              {preset}
            </button>
          </li>
        ))}
      </ul>
      <form
        className="grid grid-cols-[1fr_1fr_auto] items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (ends) onChoose(ends);
        }}
      >
        <label className="grid gap-1 text-xs text-muted">
          From
          <input
            value={from}
            onChange={(event) => setFrom(event.target.value)}
            className={cx(INPUT, 'num')}
            aria-invalid={ends ? undefined : true}
          />
        </label>
        <label className="grid gap-1 text-xs text-muted">
          To
          <input
            value={to}
            onChange={(event) => setTo(event.target.value)}
            className={cx(INPUT, 'num')}
            aria-invalid={ends ? undefined : true}
          />
        </label>
        <Button
          type="submit"
          className="h-8"
          deniedBecause={ends ? null : 'The end has to come after the start, both as 2026-11-20 14:00'}
        >
          Apply
        </Button>
      </form>
      <p className="text-xs text-faint">Times in {zone === 'utc' ? 'UTC' : `local time (${zoneName('local')})`}</p>
    </div>
  );
}

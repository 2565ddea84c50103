import { ChevronDown, ChevronLeft, ChevronRight, Clock, RotateCw, ZoomOut } from 'lucide-react';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { formatMoment, zoneName } from '../../../lib/format.ts';
import { useNow } from '../../../lib/hooks.ts';
import { useShortcut } from '../../../lib/keyboard.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import { useRange } from '../../../lib/range-context.ts';
import {
  absolute,
  describeRange,
  PRESETS,
  parseRange,
  resolveRange,
  shiftRange,
  type TimeRange,
  zoomOut,
} from '../../../lib/time-range.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { cx } from '../../../ui/cx.ts';
import { INPUT } from '../../../ui/field.tsx';
import { Menu, POPOVER, placeBeside } from '../../../ui/menu.tsx';

const AUTO = [
  { label: 'Off', millis: 0 },
  { label: '10 s', millis: 10_000 },
  { label: '30 s', millis: 30_000 },
  { label: '1 m', millis: 60_000 },
  { label: '5 m', millis: 300_000 },
] as const;

/** The range of the page: typed, chosen, shifted, widened, asked again. */
export function RangePicker() {
  const view = useRange();
  const { zone } = usePreferences();
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [auto, setAuto] = useState(0);
  const { refresh, resolved } = view;

  useEffect(() => {
    if (auto === 0) return;
    const timer = setInterval(() => !document.hidden && refresh(), auto);
    return () => clearInterval(timer);
  }, [auto, refresh]);
  const choose = (range: TimeRange) => {
    panel.current?.hidePopover();
    view.setRange(range);
  };
  const shift = (by: -1 | 1) => view.setRange(absolute(shiftRange(resolved, by)));
  const widen = () => view.setRange(absolute(zoomOut(resolved, Date.now())));
  useShortcut('time', () => {
    panel.current?.showPopover();
    box.current?.focus();
  });
  useShortcut('earlier', () => shift(-1));
  useShortcut('later', () => shift(1));
  useShortcut('zoomOut', widen);
  useShortcut('refresh', refresh);

  return (
    <div className="flex min-w-0 items-center">
      <IconButton
        label="Shift to earlier"
        tip="Shift to earlier ( [ )"
        icon={ChevronLeft}
        className="max-md:hidden"
        onClick={() => shift(-1)}
      />
      <button
        ref={button}
        type="button"
        popoverTarget={id}
        aria-expanded={open}
        aria-haspopup="dialog"
        data-tip={`${formatMoment(resolved.from, zone)} – ${formatMoment(resolved.to, zone)} ${zoneName(zone)}\nTime range ( t )`}
        className="num inline-flex h-7 min-w-0 items-center gap-1.5 rounded-s border border-line bg-surface px-2 hover:bg-hover max-sm:h-11"
      >
        <Clock size={14} aria-hidden="true" className="shrink-0 text-muted max-sm:hidden" />
        <span className="truncate">{describeRange(view.range, zone, Date.now())}</span>
        <ChevronDown size={14} aria-hidden="true" className="shrink-0 text-faint max-sm:hidden" />
      </button>
      <IconButton
        label="Shift to later"
        tip="Shift to later ( ] )"
        icon={ChevronRight}
        className="max-md:hidden"
        onClick={() => shift(1)}
      />
      <IconButton label="Zoom out" tip="Zoom out ( - )" icon={ZoomOut} className="max-md:hidden" onClick={widen} />
      <IconButton label="Refresh" tip="Refresh ( r )" icon={RotateCw} onClick={refresh} />
      <Menu
        label={`Refresh by itself: ${AUTO.find(({ millis }) => millis === auto)?.label}`}
        className="inline-flex h-7 min-w-7 items-center justify-center gap-0.5 rounded-s px-1 text-xs text-muted hover:bg-hover max-md:hidden"
        buttonProps={{ 'data-tip': 'Refresh by itself' }}
        items={AUTO.map(({ label, millis }) => ({
          label: millis === 0 ? 'Off' : `Every ${label}`,
          checked: auto === millis,
          run: () => setAuto(millis),
        }))}
      >
        {auto > 0 && <span className="num">{AUTO.find(({ millis }) => millis === auto)?.label}</span>}
        <ChevronDown size={14} aria-hidden="true" />
      </Menu>
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="dialog"
        aria-label="Time range"
        className={cx(POPOVER, 'w-[min(420px,calc(100vw-8px))] p-3')}
        // drawn before it shows, so that the first key typed finds the box
        onBeforeToggle={(event) => flushSync(() => setOpen(event.newState === 'open'))}
        onToggle={(event) => {
          if (event.newState !== 'open' || !button.current || !panel.current) return;
          placeBeside(button.current, panel.current);
          box.current?.focus();
        }}
      >
        {open && <RangeForm boxRef={box} onChoose={choose} />}
      </div>
    </div>
  );
}

function RangeForm({
  boxRef,
  onChoose,
}: {
  boxRef: React.RefObject<HTMLInputElement | null>;
  onChoose: (range: TimeRange) => void;
}) {
  const { range, resolved } = useRange();
  const { zone } = usePreferences();
  const id = useId();
  const now = useNow(10_000);
  const [text, setText] = useState('');
  const [from, setFrom] = useState(formatMoment(resolved.from, zone));
  const [to, setTo] = useState(formatMoment(resolved.to, zone));
  const parsed = text.trim() === '' ? null : parseRange(text, now, zone);
  const ends = parseRange(`${from} - ${to}`, now, zone);
  const preview = parsed && resolveRange(parsed, now);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (parsed) onChoose(parsed);
  };
  const current = range.to === 'now' ? range.from.slice(1) : '';
  return (
    <div className="grid gap-3">
      <form onSubmit={submit} className="grid gap-1">
        <input
          ref={boxRef}
          aria-label="Time range in words"
          aria-describedby={`${id}-hint`}
          aria-invalid={text.trim() !== '' && parsed === null ? true : undefined}
          placeholder="15m, yesterday 15:00, Nov 20 14:00 - 15:00"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className={cx(INPUT, 'font-mono')}
        />
        <p id={`${id}-hint`} role="status" className="num text-xs text-faint">
          {text.trim() === ''
            ? 'Also ISO times and epochs, pasted as they are'
            : preview
              ? `${formatMoment(preview.from, zone)} – ${formatMoment(preview.to, zone)}`
              : 'Not understood as a time'}
        </p>
      </form>
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

import { ChevronDown, ChevronLeft, ChevronRight, Clock, RotateCw, ZoomOut } from 'lucide-react';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { formatMoment, zoneName } from '../../../lib/format.ts';
import { useShortcut } from '../../../lib/keyboard.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import { useRange } from '../../../lib/range-context.ts';
import { absolute, describeRange, shiftRange, type TimeRange, zoomOut } from '../../../lib/time-range.ts';
import { IconButton } from '../../../ui/button.tsx';
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

const loadForm = async () => {
  const [{ RangeForm }, { parseRange }] = await Promise.all([
    import('./range-form.tsx'),
    import('../../../lib/parse-range.ts'),
  ]);
  return { RangeForm, parseRange };
};

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
  const [text, setText] = useState('');
  const [form, setForm] = useState<Awaited<ReturnType<typeof loadForm>> | null>(null);
  useEffect(() => {
    if (open) void loadForm().then(setForm);
    else setText('');
  }, [open]);
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
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { parseRange } = form ?? (await loadForm());
    const parsed = text.trim() === '' ? null : parseRange(text, Date.now(), zone);
    if (parsed) choose(parsed);
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
        {/* the box is there at once for what is typed right after `t`; the rest follows */}
        <form onSubmit={submit}>
          <input
            ref={box}
            aria-label="Time range in words"
            aria-describedby={`${id}-hint`}
            aria-invalid={
              form !== null && text.trim() !== '' && form.parseRange(text, Date.now(), zone) === null ? true : undefined
            }
            placeholder="15m, yesterday 15:00, Nov 20 14:00 - 15:00"
            value={text}
            onChange={(event) => setText(event.target.value)}
            className={cx(INPUT, 'mb-1 font-mono')}
          />
        </form>
        {open && form && <form.RangeForm text={text} hintId={`${id}-hint`} onChoose={choose} />}
      </div>
    </div>
  );
}

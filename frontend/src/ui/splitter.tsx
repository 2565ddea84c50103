import { useRef } from 'react';

interface SplitterProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Whether dragging to the right makes the pane larger. */
  readonly grows: 'right' | 'left';
  readonly onChange: (value: number) => void;
}

const STEP = 16;

/** The edge between two panes: dragged, or moved by arrows. */
export function Splitter({ label, value, min, max, grows, onChange }: SplitterProps) {
  const start = useRef<{ x: number; value: number } | null>(null);
  const set = (next: number) => onChange(Math.round(Math.max(min, Math.min(max, next))));
  const sign = grows === 'right' ? 1 : -1;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is a widget, which <hr> is not
    <div
      role="separator"
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      className="relative z-10 -mx-1 w-2 shrink-0 cursor-col-resize touch-none after:absolute after:inset-y-0 after:left-[3.5px] after:w-px after:bg-line hover:after:w-0.5 hover:after:bg-accent focus-visible:outline-offset-[-2px] max-sm:hidden"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, value };
      }}
      onPointerMove={(event) => start.current && set(start.current.value + (event.clientX - start.current.x) * sign)}
      onPointerUp={() => {
        start.current = null;
      }}
      onKeyDown={(event) => {
        const step = { ArrowRight: STEP, ArrowLeft: -STEP }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        set(value + step * sign);
      }}
    />
  );
}

import { formatCount, formatShare } from '../lib/format.ts';

interface UseBarProps {
  readonly used: number;
  readonly limit: number;
  /** Names the bar for those who do not see it. */
  readonly label: string;
  readonly format?: (value: number) => string;
}

/** How much of a limit is used: amber from four fifths, red at its end. */
export function UseBar({ used, limit, label, format = formatCount }: UseBarProps) {
  const share = limit === 0 ? 1 : used / limit;
  return (
    <span className="flex min-w-40 items-center gap-2">
      {/* biome-ignore lint/a11y/useSemanticElements: browsers draw their own meter in their own colours */}
      <span
        role="meter"
        aria-label={label}
        aria-valuenow={used}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuetext={`${format(used)} of ${format(limit)}`}
        data-level={share >= 1 ? 'ERROR' : share >= 0.8 ? 'WARN' : 'INFO'}
        className="h-2 min-w-16 flex-1 overflow-hidden rounded-full bg-pressed"
      >
        <span className="bg-bar block h-full" style={{ width: `${Math.min(100, share * 100)}%` }} />
      </span>
      <span className="num text-xs whitespace-nowrap text-muted">
        {format(used)} of {format(limit)} · {formatShare(Math.min(1, share))}
      </span>
    </span>
  );
}

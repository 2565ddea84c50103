import { formatAgo, formatIso } from '../lib/format.ts';
import { useNow } from '../lib/hooks.ts';
import { usePreferences } from '../lib/preferences.ts';

/** A moment as one speaks of it, with the exact one in its tooltip. */
export function When({ at, never = 'never' }: { at: string | null | undefined; never?: string }) {
  const { zone } = usePreferences();
  const now = useNow(30_000);
  if (!at) return <span className="text-muted">{never}</span>;
  return (
    <time dateTime={at} data-tip={formatIso(at, zone)} className="num whitespace-nowrap text-muted">
      {formatAgo(at, now)}
    </time>
  );
}

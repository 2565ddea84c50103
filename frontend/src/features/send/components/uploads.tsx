import { Link } from 'react-router';
import type { Upload } from '../../../../../functions/ingest/uploads-api.ts';
import { formatBytes, formatCount, formatShare, plural } from '../../../lib/format.ts';
import { termText } from '../../../lib/query-term.ts';
import { linkTo, useUrlState } from '../../../lib/url-state.ts';
import { visibleText } from '../../../lib/visible-text.ts';
import { cx } from '../../../ui/cx.ts';
import { ExpandableRow } from '../../../ui/expandable-row.tsx';
import { Message, Panel } from '../../../ui/panel.tsx';
import { When } from '../../../ui/when.tsx';
import { useUploads } from '../api/uploads.ts';

/** What became of files that were sent; the one that is open stands in the address. */
export function Uploads() {
  const { query, queryKey } = useUploads();
  const [{ id: opened }, setUrl] = useUrlState();
  return (
    <Panel
      title="Uploaded files"
      query={query}
      queryKey={queryKey}
      isEmpty={({ items }) => items.length === 0}
      empty={<Message title="No file was uploaded in the last 30 days">Drop one above to begin.</Message>}
    >
      {({ items }) => (
        <ul aria-label="Uploads">
          {items.map((upload) => (
            <Row
              key={upload.id}
              upload={upload}
              open={opened === upload.id}
              onOpen={() => setUrl({ id: opened === upload.id ? '' : upload.id })}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** How an upload stands, in words. */
function told({ status, progress, accepted, rejected, error }: Upload): string {
  const counts = [`${plural(accepted, 'event')} accepted`, rejected > 0 ? `${formatCount(rejected)} rejected` : '']
    .filter(Boolean)
    .join(', ');
  switch (status) {
    case 'waiting':
      return 'the file did not arrive';
    case 'queued':
      return 'waits to be read';
    case 'processing':
      return `${formatShare(progress)} read, ${counts}`;
    case 'completed':
      return counts;
    default:
      return error ?? 'it cannot be read';
  }
}

function Row({ upload, open, onOpen }: { upload: Upload; open: boolean; onOpen: () => void }) {
  const bad = upload.status === 'failed' || upload.rejected > 0;
  return (
    <ExpandableRow
      open={open}
      onOpen={onOpen}
      columns="sm:grid-cols-[90px_minmax(0,1fr)_80px_minmax(0,1fr)]"
      cells={
        <>
          <When at={upload.created_at} />
          <span className="truncate">{visibleText(upload.name)}</span>
          <span className="num text-muted">{formatBytes(upload.size)}</span>
          <span className={cx('num truncate', bad ? 'text-caution' : 'text-muted')}>{told(upload)}</span>
        </>
      }
      below={
        upload.status === 'processing' && (
          <progress
            aria-label={`Read of ${visibleText(upload.name)}`}
            className="mx-9 mb-1 block h-1.5 w-40 accent-accent-fill"
            max={1}
            value={upload.progress}
          />
        )
      }
    >
      {() => <Result upload={upload} />}
    </ExpandableRow>
  );
}

function Result({ upload }: { upload: Upload }) {
  const { name, accepted, rejected, rejections, first_time: first, last_time: last, error } = upload;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 bg-sunken px-4 py-3 text-s sm:pl-10">
      <p className={upload.status === 'failed' ? 'text-danger' : ''}>
        {told(upload)}
        {error !== null && accepted > 0 && `; ${plural(accepted, 'event')} before were accepted`}
      </p>
      {first !== null && last !== null && (
        <p className="text-muted">
          From <When at={first} /> to <When at={last} />
        </p>
      )}
      {rejections.length > 0 && (
        <>
          <ul aria-label={`Rejected of ${visibleText(name)}`} className="grid gap-1">
            {rejections.map(({ reason, entry, offset }) => (
              <li key={`${entry}:${offset}`} className="text-caution">
                {visibleText(reason)}
                <span className="text-muted">
                  {' '}
                  at byte {formatCount(offset)}
                  {entry !== null && ` of ${visibleText(entry)}`}
                </span>
              </li>
            ))}
          </ul>
          {rejected > rejections.length && (
            <p className="text-xs text-muted">
              The first {rejections.length} of {formatCount(rejected)} are shown.
            </p>
          )}
        </>
      )}
      {accepted > 0 && first !== null && last !== null && (
        <p>
          <Link
            to={linkTo('/logs', { q: termText('log.file.name', name), from: first, to: toEnd(last) })}
            className="inline-flex min-h-6 items-center text-accent-ink underline underline-offset-2"
          >
            Show its events in Logs
          </Link>
        </p>
      )}
    </div>
  );
}

/** A moment behind the last event: the end of a range is not in it. */
const toEnd = (last: string): string => new Date(Date.parse(last) + 1_000).toISOString();

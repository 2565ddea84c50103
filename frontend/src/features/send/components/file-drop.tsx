import { FileUp } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { useDenied } from '../../../lib/access.ts';
import { formatBytes, formatShare } from '../../../lib/format.ts';
import { useStore } from '../../../lib/store.ts';
import { visibleText } from '../../../lib/visible-text.ts';
import { Button } from '../../../ui/button.tsx';
import { cx } from '../../../ui/cx.ts';
import { useSendFiles } from '../api/uploads.ts';
import { forget, type Sending, sendings } from '../sendings.ts';

/** Where files are dropped or chosen, and how far those are that this browser is sending. */
export function FileDrop() {
  const denied = useDenied('ingest');
  const send = useSendFiles();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const underWay = useStore(sendings);
  const take = (files: FileList | null) => {
    if (denied === null) send([...(files ?? [])]);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <section
      aria-label="Files"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cx(
        'grid min-w-0 gap-2 rounded-m border border-dashed px-3 py-3',
        over ? 'border-accent bg-selected' : 'border-line-strong bg-surface',
      )}
    >
      <div className="flex flex-wrap items-center gap-3">
        <p className="min-w-56 flex-1 text-s text-muted">
          Drop files here: text, JSON, NDJSON or CSV, also packed by gzip, zstd or zip, up to 5 GB each.
        </p>
        <Button icon={FileUp} deniedBecause={denied} onClick={() => input.current?.click()}>
          Choose files
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="Files to send"
          onChange={({ target }) => {
            take(target.files);
            // so that the same file can be chosen again
            target.value = '';
          }}
        />
      </div>
      {underWay.length > 0 && (
        <ul aria-label="Files on their way" className="grid gap-2">
          {underWay.map((one) => (
            <Row key={one.id} sending={one} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({ sending: { id, name, size, sent, error, cancel } }: { sending: Sending }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 text-s">
      <span className="min-w-32 flex-1 truncate">{visibleText(name)}</span>
      {error === null ? (
        <>
          <progress
            aria-label={`Sent of ${visibleText(name)}`}
            className="h-1.5 w-32 accent-accent-fill"
            max={size}
            value={sent}
          />
          <span className="num text-muted">
            {formatShare(sent / size)} of {formatBytes(size)}
          </span>
          <Button look="quiet" aria-label={`Cancel ${visibleText(name)}`} onClick={cancel}>
            Cancel
          </Button>
        </>
      ) : (
        <>
          <span role="alert" className="text-danger">
            {error}
          </span>
          <Button look="quiet" aria-label={`Dismiss ${visibleText(name)}`} onClick={() => forget(id)}>
            Dismiss
          </Button>
        </>
      )}
    </li>
  );
}

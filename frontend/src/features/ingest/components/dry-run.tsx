import { FlaskConical } from 'lucide-react';
import { useId, useState } from 'react';
import { formatCount, plural } from '../../../lib/format.ts';
import { toProblem } from '../../../lib/problem.ts';
import { visibleText } from '../../../lib/visible-text.ts';
import { Button } from '../../../ui/button.tsx';
import { type Draft, type Preview, usePreview } from '../api/settings.ts';
import { Section } from './section.tsx';

/** Tries the settings, as they stand in the form, on a pasted sample. */
export function DryRun({ draft }: { draft: Draft }) {
  const preview = usePreview();
  const [sample, setSample] = useState('');
  const id = useId();
  return (
    <Section title="Dry run" about="Paste events as a shipper would send them; nothing is stored.">
      <label htmlFor={id} className="sr-only">
        Sample
      </label>
      <textarea
        id={id}
        rows={5}
        spellCheck={false}
        maxLength={200_000}
        placeholder="Lines of text, JSON or NDJSON"
        value={sample}
        onChange={(event) => setSample(event.target.value)}
        className="w-full rounded-s border border-line-strong bg-surface px-2 py-1 font-mono text-xs"
      />
      <Button
        icon={FlaskConical}
        className="justify-self-start"
        deniedBecause={sample.trim() === '' ? 'Paste a sample first' : null}
        onClick={() =>
          !preview.isPending && preview.mutate({ sample, sanitising: draft.sanitising, drop_rules: draft.drop_rules })
        }
      >
        {preview.isPending ? 'Trying…' : 'Try it'}
      </Button>
      {preview.error && (
        <p role="alert" className="text-s text-danger">
          {toProblem(preview.error).message}
        </p>
      )}
      {preview.data && <Result preview={preview.data} />}
    </Section>
  );
}

function Result({ preview }: { preview: Preview }) {
  const dropped = Object.entries(preview.dropped);
  return (
    <div role="status" className="grid grid-cols-[minmax(0,1fr)] gap-2 text-s">
      <p>
        {formatCount(preview.touched)} of {plural(preview.events, 'event')} would be changed
        {Object.entries(preview.counts).map(([rule, count]) => (
          <span key={rule}>
            {' '}
            · <code className="font-mono text-xs">{rule}</code> {formatCount(count)}
          </span>
        ))}
        {dropped.map(([rule, count]) => (
          <span key={rule} className="text-caution">
            {' '}
            · {plural(count, 'event')} dropped by {rule}
          </span>
        ))}
      </p>
      <ol className="grid max-h-96 grid-cols-[minmax(0,1fr)] gap-2 overflow-auto">
        {preview.items.map((item) => (
          <li key={item.position} className="rounded-s bg-sunken p-2 font-mono text-xs break-all whitespace-pre-wrap">
            <p>
              <Marked text={item.before} highlights={item.highlights} />
            </p>
            {item.dropped_by === undefined ? (
              <p className="mt-1 border-t border-line pt-1 text-muted">
                <span className="font-sans">becomes </span>
                <span className="text-ink">{visibleText(item.after)}</span>
              </p>
            ) : (
              <p className="mt-1 font-sans text-caution">dropped by {item.dropped_by}</p>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** A text with the places that rules found. */
function Marked({ text, highlights }: { text: string; highlights: Preview['items'][number]['highlights'] }) {
  return (
    <>
      {highlights.map(({ start, end, rule, action }, index) => (
        <span key={start}>
          {visibleText(text.slice(highlights[index - 1]?.end ?? 0, start))}
          <mark data-tip={`${rule}: ${action}`} className="rounded-[2px] bg-hit px-0.5 text-ink">
            {visibleText(text.slice(start, end))}
          </mark>
        </span>
      ))}
      {visibleText(text.slice(highlights.at(-1)?.end ?? 0))}
    </>
  );
}

import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { copyText } from '../../../lib/clipboard.ts';
import { visibleText } from '../../../lib/visible-text.ts';
import { cx } from '../../../ui/cx.ts';

const LONG = 65_536;
const MANY = 200;

interface NodeProps {
  readonly name: string | null;
  readonly path: string;
  readonly value: unknown;
  readonly depth: number;
}

/** A value as foldable JSON; clicking a key copies its path. */
export function JsonTree({ value }: { value: unknown }) {
  return (
    <div className="p-2 font-mono text-xs leading-6">
      <JsonNode name={null} path="" value={value} depth={0} />
    </div>
  );
}

function JsonNode({ name, path, value, depth }: NodeProps) {
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState(depth < 2);
  const label = name !== null && (
    <button
      type="button"
      className="min-h-6 min-w-6 text-left text-muted hover:text-accent-ink"
      data-tip={`Copy path ${path}`}
      onClick={() => copyText(path, 'path')}
    >
      {visibleText(name)}:
    </button>
  );
  if (typeof value !== 'object' || value === null) {
    const text =
      typeof value === 'string'
        ? visibleText(all || value.length <= LONG ? value : value.slice(0, LONG))
        : String(value);
    return (
      <div className="break-words whitespace-pre-wrap">
        {label}{' '}
        <span className={typeof value === 'string' ? 'text-ink' : 'text-accent-ink'}>
          {typeof value === 'string' ? JSON.stringify(text).replaceAll('\\n', '\n') : text}
        </span>
        {typeof value === 'string' && value.length > LONG && !all && (
          <button type="button" className="ml-2 text-accent-ink underline" onClick={() => setAll(true)}>
            Show all
          </button>
        )}
      </div>
    );
  }
  const entries = Array.isArray(value)
    ? value.map((inner, index) => [String(index), inner] as const)
    : Object.entries(value);
  const [first, last] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) {
    return (
      <div>
        {label} {first}
        {last}
      </div>
    );
  }
  return (
    <div>
      <div className="flex min-h-6 items-center gap-1 hover:bg-hover">
        <button
          type="button"
          aria-expanded={open}
          aria-label={`${open ? 'Fold' : 'Unfold'} ${name ?? 'event'}`}
          className="-ml-1 grid h-6 w-6 shrink-0 place-items-center text-faint hover:text-ink"
          onClick={() => setOpen(!open)}
        >
          <ChevronRight size={12} aria-hidden="true" className={cx(open && 'rotate-90')} />
        </button>
        {label} {first}
        <span className="text-faint">{entries.length}</span>
        {last}
      </div>
      {open && (
        <div className="ml-2 border-l border-line pl-2">
          {(all ? entries : entries.slice(0, MANY)).map(([key, inner]) => (
            <JsonNode
              key={key}
              name={key}
              path={path === '' ? key : `${path}.${key}`}
              value={inner}
              depth={depth + 1}
            />
          ))}
          {entries.length > MANY && !all && (
            <button type="button" className="min-h-6 text-accent-ink underline" onClick={() => setAll(true)}>
              Show all {entries.length}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

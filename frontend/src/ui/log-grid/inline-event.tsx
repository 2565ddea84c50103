import type { LogEvent } from '../../lib/log-event.ts';
import { fieldText, flatFields } from '../../lib/log-field.ts';
import { visibleText } from '../../lib/visible-text.ts';
import { Menu } from '../menu.tsx';
import { messageOf } from './columns.ts';
import { type ValueActions, valueItems } from './value-menu.tsx';

/** An event opened in place: its whole message and its fields. */
export function InlineEvent({ event, actions }: { event: LogEvent; actions: ValueActions }) {
  return (
    <div
      data-inline
      className="sticky left-0 grid max-w-[min(100%,100vw)] gap-2 border-t border-line bg-sunken px-4 py-2"
    >
      <pre className="max-h-64 overflow-auto font-mono text-xs leading-5 break-words whitespace-pre-wrap">
        {visibleText(messageOf(event))}
      </pre>
      <dl className="grid grid-cols-[minmax(120px,max-content)_1fr] gap-x-4 text-xs">
        {flatFields(event).map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 font-mono">
              <Menu
                label={`${name}: actions`}
                items={() => valueItems(name, fieldText(value), actions)}
                className="min-h-6 max-w-full truncate text-left hover:text-accent-ink"
              >
                {visibleText(fieldText(value))}
              </Menu>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

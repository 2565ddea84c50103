import { ChevronDown, ChevronUp, Ellipsis, Pin, PinOff, Trash2, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useDenied } from '../../../lib/access.ts';
import { copyText } from '../../../lib/clipboard.ts';
import { formatAgo, formatIso } from '../../../lib/format.ts';
import type { LogEvent } from '../../../lib/log-event.ts';
import { fieldText, flatFields } from '../../../lib/log-field.ts';
import { preferences, usePreferences } from '../../../lib/preferences.ts';
import { severityOf } from '../../../lib/severity.ts';
import type { UrlState } from '../../../lib/url-state.ts';
import { visibleText } from '../../../lib/visible-text.ts';
import { IconButton } from '../../../ui/button.tsx';
import { cx } from '../../../ui/cx.ts';
import { Level } from '../../../ui/level.tsx';
import { messageOf } from '../../../ui/log-grid/columns.ts';
import { type ValueActions, valueItems } from '../../../ui/log-grid/value-menu.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { useDeleteEvent } from '../api/delete-event.ts';
import { ContextView } from './context-view.tsx';
import { JsonTree } from './json-tree.tsx';

export interface EventDrawerProps {
  readonly event: LogEvent;
  readonly tab: UrlState['tab'];
  readonly actions: ValueActions;
  readonly onTab: (tab: UrlState['tab']) => void;
  readonly onClose: () => void;
  readonly onStep: (by: 1 | -1) => void;
  readonly onOpen: (event: LogEvent) => void;
}

const TABS = [
  { id: 'fields', label: 'Fields' },
  { id: 'json', label: 'JSON' },
  { id: 'raw', label: 'Raw' },
  { id: 'context', label: 'Context' },
] as const;

const LONGEST = 65_536;

const MARKS: Readonly<Record<string, string>> = {
  timestamp_missing: 'came without a time; the receive time stands in',
  level_missing: 'came without a level',
  parse_error: 'could not be parsed; kept as it came',
  truncated: 'was longer than what is kept',
};

/** One event, whole: beside the grid, over the page on a small screen. */
export function EventDrawer({ event, tab, actions, onTab, onClose, onStep, onOpen }: EventDrawerProps) {
  const { zone } = usePreferences();
  const message = messageOf(event);
  const mayNotDelete = useDenied('write');
  const deleteEvent = useDeleteEvent();
  const drop = async () => {
    if (await deleteEvent(event.id)) onClose();
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <header className="flex items-center gap-1 border-b border-line py-1 pr-1 pl-3">
        <h2 className="min-w-0 flex-1 truncate text-s font-semibold">
          <Level severity={severityOf(event.severity)} word={event.level} />{' '}
          <span className="ml-1">{event.service ?? ''}</span>
        </h2>
        <IconButton label="Previous event" tip="Previous event ( k )" icon={ChevronUp} onClick={() => onStep(-1)} />
        <IconButton label="Next event" tip="Next event ( j )" icon={ChevronDown} onClick={() => onStep(1)} />
        <Menu
          label="Actions on the event"
          className="inline-grid h-7 w-7 place-items-center rounded-s text-muted hover:bg-hover hover:text-ink max-sm:h-11 max-sm:w-11"
          items={() => [
            { label: 'Copy as JSON', run: () => void copyText(JSON.stringify(event, null, 2), 'event as JSON') },
            { label: 'Copy as text', run: () => void copyText(event.original ?? message, 'event as text') },
            {
              label: 'Copy as curl',
              run: () =>
                void copyText(
                  `curl -H "X-API-Key: $TRIBUTARY_API_KEY" '${location.origin}/api/v1/logs/${encodeURIComponent(event.id)}'`,
                  'curl command',
                ),
            },
            { label: 'Copy link', run: () => void copyText(location.href, 'link') },
            { label: 'Delete event', icon: Trash2, line: true, deniedBecause: mayNotDelete, run: () => void drop() },
          ]}
        >
          <Ellipsis size={16} aria-hidden="true" />
        </Menu>
        <IconButton label="Close event" tip="Close ( Esc )" icon={X} onClick={onClose} />
      </header>
      <div className="border-b border-line px-3 py-2">
        <p className="num mb-1 font-mono text-xs text-muted">
          {formatIso(event.timestamp, zone)}{' '}
          <span className="font-sans text-faint">· {formatAgo(event.timestamp, Date.now())}</span>
        </p>
        <Body text={message} />
        {(event.marks?.length ?? 0) > 0 && (
          <ul className="mt-1 text-xs text-caution">
            {event.marks?.map((mark) => (
              <li key={mark}>This event {MARKS[mark] ?? mark}.</li>
            ))}
          </ul>
        )}
      </div>
      <Tabs label="Event" base="event" tabs={TABS} current={tab} onChange={onTab} />
      <div
        role="tabpanel"
        id="event-panel"
        aria-labelledby={`event-tab-${tab}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key
        tabIndex={0}
        className="min-h-0 flex-1 overflow-auto"
      >
        {tab === 'fields' && <FieldTable event={event} actions={actions} />}
        {tab === 'json' && <JsonTree value={event} />}
        {tab === 'raw' && <Raw event={event} />}
        {tab === 'context' && <ContextView key={event.id} event={event} onOpen={onOpen} />}
      </div>
    </div>
  );
}

function Body({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  const cut = !all && text.length > LONGEST;
  return (
    <ScrollRegion label="Message" className="max-h-40 overflow-auto">
      <pre className="font-mono text-xs leading-5 break-words whitespace-pre-wrap">
        {visibleText(cut ? text.slice(0, LONGEST) : text)}
      </pre>
      {cut && (
        <button type="button" className="text-accent-ink underline" onClick={() => setAll(true)}>
          Show all {text.length.toLocaleString('en')} characters
        </button>
      )}
    </ScrollRegion>
  );
}

function Raw({ event }: { event: LogEvent }) {
  return (
    <div className="p-3">
      <pre className="font-mono text-xs leading-5 break-words whitespace-pre-wrap">
        {visibleText(event.original ?? JSON.stringify(event, null, 2))}
      </pre>
      {event.original === undefined && (
        <p className="mt-2 text-xs text-faint">This event did not come as a line of text; this is its stored form.</p>
      )}
    </div>
  );
}

function FieldTable({ event, actions }: { event: LogEvent; actions: ValueActions }) {
  const [words, setWords] = useState('');
  const { pinnedFields } = usePreferences();
  const fields = useMemo(() => {
    const all = flatFields(event).filter(([name, value]) =>
      `${name} ${fieldText(value)}`.toLowerCase().includes(words.trim().toLowerCase()),
    );
    const rank = ([name]: (typeof all)[number]) => (pinnedFields.includes(name) ? 0 : 1);
    return [...all].sort((a, b) => rank(a) - rank(b));
  }, [event, words, pinnedFields]);
  const togglePin = (name: string) =>
    preferences.set({
      pinnedFields: pinnedFields.includes(name) ? pinnedFields.filter((one) => one !== name) : [...pinnedFields, name],
    });
  return (
    <>
      <input
        aria-label="Find in fields"
        placeholder="Find in fields"
        value={words}
        onChange={(change) => setWords(change.target.value)}
        className="sticky top-0 z-10 h-8 w-full border-b border-line bg-surface px-3 text-xs max-sm:h-11"
      />
      <table className="w-full table-fixed text-xs">
        <colgroup>
          <col className="w-2/5" />
          <col />
        </colgroup>
        <tbody>
          {fields.map(([name, value]) => {
            const text = fieldText(value);
            const isPinned = pinnedFields.includes(name);
            return (
              <tr key={name} className="group border-b border-line/60 hover:bg-hover">
                <th scope="row" className="relative py-0.5 pr-1 pl-3 text-left align-top font-normal text-muted">
                  <span className="flex items-center">
                    <span className="min-w-0 flex-1 break-words">{visibleText(name)}</span>
                    <IconButton
                      label={isPinned ? `Unpin ${name}` : `Pin ${name}`}
                      icon={isPinned ? PinOff : Pin}
                      className={cx('h-6 w-6', !isPinned && 'opacity-0 group-hover:opacity-100 focus:opacity-100')}
                      onClick={() => togglePin(name)}
                    />
                  </span>
                </th>
                <td className="py-0.5 pr-3 align-top font-mono">
                  <Menu
                    label={`${name} is ${text.slice(0, 200)}; actions`}
                    items={() => valueItems(name, text, actions)}
                    className="min-h-6 w-full rounded-s px-1 text-left break-words whitespace-pre-wrap hover:bg-pressed max-sm:min-h-11"
                  >
                    {text === '' ? (
                      <span className="text-faint">(empty)</span>
                    ) : (
                      visibleText(text.length > 4_000 ? `${text.slice(0, 4_000)}…` : text)
                    )}
                  </Menu>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {fields.length === 0 && <p className="p-3 text-xs text-faint">No field contains that.</p>}
    </>
  );
}

import { useEffect, useRef, useState } from 'react';
import { cx } from '../../../ui/cx.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { useCombobox } from '../../../ui/use-combobox.ts';

export interface Command {
  readonly name: string;
  readonly group: string;
  readonly hint?: string;
  readonly run: () => void;
}

/** An id that someone pasted: 16 hex digits or more, a UUID, a ULID with what follows it, or a ticket. */
const ID =
  /^(?:[0-9a-f]{16,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-HJKMNP-TV-Z]{26}\S*|[A-Z]{2,10}-\d{1,12})$/i;

interface PaletteProps {
  readonly commands: readonly Command[];
  /** Commands for a text that is no command: a search, a pasted id. */
  readonly forText: (text: string, isId: boolean) => readonly Command[];
  readonly onClose: () => void;
}

/** Every page and action by name. */
export default function Palette({ commands, forText, onClose }: PaletteProps) {
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const matching = commands.filter(({ name, group }) =>
    words.every((word) => `${group} ${name}`.toLowerCase().includes(word)),
  );
  const isId = ID.test(text.trim());
  const direct = text.trim() === '' ? [] : forText(text.trim(), isId);
  const items = isId ? [...direct, ...matching] : [...matching, ...direct];
  const box = useCombobox({
    items,
    open: true,
    first: 0,
    onChoose: (item) => {
      onClose();
      item.run();
    },
  });
  useEffect(() => input.current?.focus(), []);
  return (
    <Dialog title="Command palette" onClose={onClose} bare>
      <input
        {...box.fieldProps}
        ref={input}
        role="combobox"
        aria-expanded={items.length > 0}
        aria-label="Command, page or id"
        placeholder="Go to, do, or paste an id"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={box.onKey}
        className="h-11 w-full border-b border-line bg-transparent px-4 text-m focus-visible:outline-none"
      />
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: its role is among the list's props */}
      <div {...box.listProps} aria-label="Commands" className="max-h-80 overflow-auto p-1">
        {items.map((item, index) => (
          <div
            key={`${item.group} ${item.name}`}
            {...box.optionProps(index)}
            className={cx(
              'flex min-h-8 items-center gap-2 rounded-s px-3 max-sm:min-h-11',
              box.at === index && 'bg-selected',
            )}
          >
            <span className="w-20 shrink-0 text-xs text-faint">{item.group}</span>
            <span className="min-w-0 flex-1 truncate">{item.name}</span>
            {item.hint && <kbd className="font-mono text-xs text-faint">{item.hint}</kbd>}
          </div>
        ))}
      </div>
      {items.length === 0 && <p className="px-4 pb-3 text-muted">Nothing has that name</p>}
    </Dialog>
  );
}

import { type KeyboardEvent, useEffect, useId, useState } from 'react';

interface ComboboxOptions<T> {
  readonly items: readonly T[];
  readonly open: boolean;
  /** Index highlighted when the items change; -1 leaves the text as it is on Enter. */
  readonly first: 0 | -1;
  readonly onChoose: (item: T) => void;
}

/**
 * The behaviour of a text field with a list below it: arrows move, Enter and Tab choose, the focus stays in the field (WAI-ARIA
 * `aria-activedescendant`). downshift does this for eleven kilobytes, which is more than the palette may weigh.
 */
export function useCombobox<T>({ items, open, first, onChoose }: ComboboxOptions<T>) {
  const id = useId();
  const [at, setAt] = useState<number>(first);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other items are another list
  useEffect(() => setAt(first), [items.length, first, open]);
  const optionId = (index: number) => `${id}-option-${index}`;
  useEffect(() => {
    if (open && at >= 0) document.getElementById(`${id}-option-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [at, open, id]);
  const shown = open && items.length > 0;
  return {
    at,
    listProps: { id, role: 'listbox' } as const,
    fieldProps: {
      'aria-autocomplete': 'list',
      'aria-haspopup': 'listbox',
      'aria-controls': shown ? id : undefined,
      'aria-activedescendant': shown && at >= 0 ? optionId(at) : undefined,
    } as const,
    optionProps: (index: number) =>
      ({
        id: optionId(index),
        role: 'option',
        'aria-selected': index === at,
        // choosing must not take the focus out of the field
        onMouseDown: (event: { preventDefault(): void }) => event.preventDefault(),
        onMouseMove: () => setAt(index),
        onClick: () => {
          const item = items[index];
          if (item !== undefined) onChoose(item);
        },
      }) as const,
    /** Returns true when the key was used. */
    onKey(event: KeyboardEvent): boolean {
      if (!shown) return false;
      const item = items[at];
      if (event.key === 'ArrowDown') setAt((at + 1) % items.length);
      else if (event.key === 'ArrowUp') setAt(at <= first ? items.length - 1 : at - 1);
      else if (
        (event.key === 'Enter' || event.key === 'Tab') &&
        !event.shiftKey &&
        !event.ctrlKey &&
        !event.metaKey &&
        item !== undefined
      )
        onChoose(item);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
}

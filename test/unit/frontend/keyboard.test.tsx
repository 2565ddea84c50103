import '../../support/dom.ts';
import { fireEvent, render, screen } from '@testing-library/react';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { KeySheet } from '../../../frontend/src/features/shell/components/key-sheet.tsx';
import {
  BINDINGS,
  type Binding,
  type BindingId,
  keyCaps,
  onKeyDown,
  strokeOf,
  useShortcut,
} from '../../../frontend/src/lib/keyboard.ts';
import { preferences } from '../../../frontend/src/lib/preferences.ts';

const all = Object.entries<Binding>(BINDINGS);

function press(keys: string, target: Element = document.body) {
  for (const stroke of keys.split(' ')) {
    const key = stroke.replace(/^(?:Mod|Shift|Alt)\+(?=.)/g, '');
    fireEvent.keyDown(target, {
      key: key === 'Space' ? ' ' : key,
      ctrlKey: stroke.startsWith('Mod+'),
      shiftKey: stroke.startsWith('Shift+'),
    });
  }
}

function Host({ id, run, children }: { id: BindingId; run: () => unknown; children?: React.ReactNode }) {
  useShortcut(id, run);
  return <>{children ?? <input aria-label="box" />}</>;
}

beforeAll(() => window.addEventListener('keydown', onKeyDown));
afterAll(() => window.removeEventListener('keydown', onKeyDown));

describe('the registry of shortcuts', () => {
  it('has no stroke twice', () => {
    const strokes = all.flatMap(([, { keys }]) => keys);
    expect(new Set(strokes).size).toBe(strokes.length);
  });

  it.each(all.flatMap(([id, { keys }]) => keys.map((one) => [one, id as BindingId] as const)))(
    'runs %s',
    (keys, id) => {
      const run = vi.fn();
      render(<Host id={id} run={run} />);
      press(keys);
      expect(run).toHaveBeenCalledTimes(1);
    },
  );

  it.each(
    all.filter(([, { inInputs }]) => !inInputs).map(([id, { keys }]) => [keys[0] as string, id as BindingId] as const),
  )('keeps %s out of text fields', (keys, id) => {
    const run = vi.fn();
    render(<Host id={id} run={run} />);
    press(keys, screen.getByLabelText('box'));
    expect(run).not.toHaveBeenCalled();
  });

  it('switches single letters off without losing the rest', () => {
    const letter = vi.fn();
    const palette = vi.fn();
    preferences.set({ letterKeys: false });
    render(<Host id="live" run={letter} />);
    render(<Host id="palette" run={palette} />);
    press('l');
    press('Mod+k');
    preferences.set({ letterKeys: true });
    expect([letter.mock.calls.length, palette.mock.calls.length]).toEqual([0, 1]);
  });

  it('asks the innermost first and the next when that declines', () => {
    const outer = vi.fn();
    const inner = vi.fn(() => false);
    render(
      <Host id="close" run={outer}>
        <Host id="close" run={inner} />
      </Host>,
    );
    render(<Host id="close" run={() => false} />);
    press('Escape');
    expect(outer.mock.calls.length + inner.mock.calls.length).toBeGreaterThan(0);
    expect(outer).toHaveBeenCalledTimes(1);
  });

  it('leaves Enter to a focused button', () => {
    const run = vi.fn();
    render(
      <Host id="open" run={run}>
        <button type="button">b</button>
      </Host>,
    );
    press('Enter', screen.getByText('b'));
    expect(run).not.toHaveBeenCalled();
  });

  it('is shown whole on the key sheet', () => {
    render(<KeySheet onClose={() => {}} />);
    for (const [, { label }] of all) expect(screen.getAllByText(label).length).toBeGreaterThan(0);
  });

  it('names strokes as keyboards make them', () => {
    const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
    expect(strokeOf({ ...plain, key: '?', shiftKey: true })).toBe('?');
    expect(strokeOf({ ...plain, key: 'E', shiftKey: true })).toBe('Shift+E');
    expect(strokeOf({ ...plain, key: 'K', metaKey: true })).toBe('Mod+k');
    expect(keyCaps('+')).toEqual(['+']);
  });
});

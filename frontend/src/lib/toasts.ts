import { makeStore } from './store.ts';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'note' | 'error';
  readonly action?: { readonly label: string; readonly run: () => void };
}

let last = 0;
export const toasts = makeStore<readonly Toast[]>([]);

/** A short note at the edge of the screen. Never the only place an error is shown. */
export function toast(text: string, options: { kind?: Toast['kind']; action?: Toast['action'] } = {}): void {
  last += 1;
  toasts.set([...toasts.get().slice(-3), { id: last, text, kind: options.kind ?? 'note', action: options.action }]);
}

export const dismissToast = (id: number): void => toasts.set(toasts.get().filter((one) => one.id !== id));

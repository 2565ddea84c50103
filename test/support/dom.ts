import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

/** What browsers have and jsdom lacks, as far as the dashboard stands on it. */
const prototype = HTMLElement.prototype as HTMLElement & Record<string, unknown>;
const open = new WeakSet<Element>();
const toggle = (element: HTMLElement, to: boolean) => {
  if (open.has(element) === to) return;
  const newState = to ? 'open' : 'closed';
  element.dispatchEvent(Object.assign(new Event('beforetoggle'), { newState }));
  if (to) open.add(element);
  else open.delete(element);
  element.dispatchEvent(Object.assign(new Event('toggle'), { newState }));
};
prototype.showPopover = function () {
  toggle(this, true);
};
prototype.hidePopover = function () {
  toggle(this, false);
};
prototype.togglePopover = function () {
  toggle(this, !open.has(this));
  return open.has(this);
};
HTMLDialogElement.prototype.showModal = function () {
  this.open = true;
};
HTMLDialogElement.prototype.close = function () {
  this.open = false;
};
const matches = Element.prototype.matches;
Object.defineProperty(Element.prototype, 'matches', {
  configurable: true,
  writable: true,
  value(this: Element, selector: string) {
    return selector === ':popover-open' ? open.has(this) : matches.call(this, selector);
  },
});
prototype.scrollIntoView = () => {};
prototype.setPointerCapture = () => {};
/** A viewport of 1280 × 800: what has no layout here gets one, so that virtual lists draw rows. */
Object.defineProperties(HTMLElement.prototype, {
  offsetHeight: { configurable: true, get: () => 800 },
  offsetWidth: { configurable: true, get: () => 1280 },
  clientHeight: { configurable: true, get: () => 800 },
  clientWidth: { configurable: true, get: () => 1280 },
});
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
globalThis.matchMedia = (query: string) =>
  ({ matches: false, media: query, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList;

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});

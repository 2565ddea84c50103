import { useEffect, useRef } from 'react';

const DELAY_MILLIS = 350;
const GAP = 6;

/** Draws the text of `data-tip` beside what is hovered or focused. One for the whole app; names stay with the control. */
export function TooltipLayer() {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const layer = ref.current;
    if (!layer || typeof layer.showPopover !== 'function') return;
    let timer = 0;
    let owner: Element | null = null;
    const hide = () => {
      clearTimeout(timer);
      owner = null;
      if (layer.matches(':popover-open')) layer.hidePopover();
    };
    const show = (target: Element) => {
      const text = target.getAttribute('data-tip');
      if (!text || !target.isConnected) return;
      layer.textContent = text;
      layer.showPopover();
      const at = target.getBoundingClientRect();
      const box = layer.getBoundingClientRect();
      const below = at.bottom + GAP + box.height < innerHeight;
      layer.style.top = `${below ? at.bottom + GAP : Math.max(0, at.top - GAP - box.height)}px`;
      layer.style.left = `${Math.min(Math.max(4, at.left + at.width / 2 - box.width / 2), innerWidth - box.width - 4)}px`;
    };
    const enter = (event: Event) => {
      const target = event.target instanceof Element ? event.target.closest('[data-tip]') : null;
      if (target === owner) return;
      hide();
      if (target === null) return;
      if (event.type === 'focusin' && !target.matches(':focus-visible')) return;
      owner = target;
      timer = window.setTimeout(() => show(target), event.type === 'focusin' ? 0 : DELAY_MILLIS);
    };
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && hide();
    document.addEventListener('pointerover', enter);
    document.addEventListener('focusin', enter);
    document.addEventListener('focusout', hide);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('keydown', onKey);
    return () => {
      hide();
      document.removeEventListener('pointerover', enter);
      document.removeEventListener('focusin', enter);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <div
      ref={ref}
      popover="manual"
      role="tooltip"
      className="pointer-events-none fixed max-w-96 rounded-s border border-line bg-raised px-2 py-1 text-xs break-words whitespace-pre-line text-ink shadow-float"
    />
  );
}

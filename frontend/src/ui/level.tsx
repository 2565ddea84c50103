import { SEVERITY_LABEL, type Severity } from '../lib/severity.ts';

/** One shape a level, so that colour is never alone. */
const SHAPE: Readonly<Record<Severity, string>> = {
  FATAL: 'M4 0L8 4L4 8L0 4Z',
  ERROR: 'M0 0H8V8H0Z',
  WARN: 'M4 0.5L8 8H0Z',
  INFO: 'M4 0A4 4 0 1 1 4 8A4 4 0 1 1 4 0Z',
  DEBUG: 'M0 3H8V5H0Z',
  TRACE: 'M2.5 2.5H5.5V5.5H2.5Z',
  NONE: 'M0 3.5H3V4.5H0ZM5 3.5H8V4.5H5Z',
};

export const LevelShape = ({ severity }: { severity: Severity }) => (
  <svg width="8" height="8" viewBox="0 0 8 8" data-level={severity} className="fill-bar shrink-0" aria-hidden="true">
    <path d={SHAPE[severity]} />
  </svg>
);

/** A level by shape, word and colour. `word` is the one that came with the event. */
export const Level = ({ severity, word }: { severity: Severity; word?: string | null }) => (
  <span data-level={severity} className="inline-flex items-center gap-1.5 text-level">
    <LevelShape severity={severity} />
    {word || SEVERITY_LABEL[severity]}
  </span>
);

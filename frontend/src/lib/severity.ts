/** Severity classes from most to least severe, as stacks and legends order them; NONE is an event without a level. */
export const SEVERITIES = ['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE', 'NONE'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const SEVERITY_LABEL: Readonly<Record<Severity, string>> = {
  FATAL: 'Fatal',
  ERROR: 'Error',
  WARN: 'Warning',
  INFO: 'Info',
  DEBUG: 'Debug',
  TRACE: 'Trace',
  NONE: 'No level',
};

export const severityOf = (word: string | null | undefined): Severity =>
  SEVERITIES.find((one) => one === word) ?? 'NONE';

/** A client from npm, in one of its forms, and what can be expected of it (what each does was read in its source and seen on the wire). */
export interface ClientCase {
  /** Folder with its package and script. */
  readonly folder: string;
  readonly form?: string;
  /** Undefined where the client has no place for a service. */
  readonly service?: string;
  /** `own`: it sends the time it is given; `now`: that of its own clock. */
  readonly time: 'own' | 'now';
  /** Severity class of each level it is told; undefined where it sends what cannot be told apart. */
  readonly levels?: Readonly<Record<'info' | 'warn' | 'error', string>>;
  /** Sends again what is answered by 503. */
  readonly retries: boolean;
  /** Says so when its token is refused. */
  readonly tells: boolean;
  /** Its first run is part of `npm test` too, where it is installed already: one a protocol. */
  readonly quick?: true;
}

const LEVELS = { info: 'INFO', warn: 'WARN', error: 'ERROR' };
const usual = { service: 'shop', time: 'own', levels: LEVELS, retries: true, tells: true } as const;

const CASES: readonly ClientCase[] = [
  { ...usual, folder: 'otlp-http' },
  { ...usual, folder: 'otlp-proto', quick: true },
  { ...usual, folder: 'pino-loki', retries: false },
  { ...usual, folder: 'winston-loki', form: 'json' },
  { ...usual, folder: 'winston-loki', form: 'protobuf', quick: true },
  { ...usual, folder: 'elasticsearch', quick: true },
  { ...usual, folder: 'opensearch' },
  { ...usual, folder: 'pino-elasticsearch' },
  // its documents have no place for a service
  { time: 'own', levels: LEVELS, retries: true, tells: true, folder: 'winston-elasticsearch' },
  { ...usual, folder: 'splunk-logging', retries: false, quick: true },
  { ...usual, folder: 'winston-splunk', retries: false },
  { ...usual, folder: 'datadog', quick: true },
  { ...usual, folder: 'winston-http', retries: false },
  { ...usual, folder: 'pino-http-send' },
  // npm's ranks (error 0, info 2) in a field of syslog's severities; its answers are not looked at
  { service: 'shop', time: 'now', retries: false, tells: false, folder: 'winston-gelf' },
  { ...usual, folder: 'logtail', quick: true },
];

export const CLIENT_CASES = CASES.map((each) => ({
  ...each,
  name: each.form === undefined ? each.folder : `${each.folder}, ${each.form}`,
}));

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** What a piece of work is told apart by in logs, entries and calls to others. */
export interface TraceContext {
  readonly requestId: string;
  readonly correlationId: string;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Of our own part of the trace: 16 hexadecimal digits. */
  readonly spanId: string;
  /** Of who called us, where they told. */
  readonly parentSpanId?: string;
  /** W3C trace flags: bit 0 says that the caller records the trace. */
  readonly flags: number;
}

const current = new AsyncLocalStorage<TraceContext>();

/** Does work in a context, which everything that it calls can read. */
export const inContext = <T>(context: TraceContext, work: () => T): T => current.run(context, work);

/** The context of the work that asks; undefined while a function starts. */
export const currentContext = (): TraceContext | undefined => current.getStore();

/** Version, trace id, parent id, flags; a version to come may add more (https://www.w3.org/TR/trace-context-1/#traceparent-header). */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Our own part in the trace of a caller, or in a new one where their `traceparent` is absent or not valid. */
export function makeTraceContext(
  ids: { requestId: string; correlationId: string },
  traceparent?: string,
): TraceContext {
  const [, version, traceId, parentSpanId, flags = '00', more] = TRACEPARENT.exec(traceparent?.trim() ?? '') ?? [];
  const spanId = randomBytes(8).toString('hex');
  if (traceId === undefined || parentSpanId === undefined || (version === '00' && more !== undefined))
    return { ...ids, traceId: randomBytes(16).toString('hex'), spanId, flags: 0 };
  return { ...ids, traceId, parentSpanId, spanId, flags: Number.parseInt(flags, 16) & 1 };
}

/** The `traceparent` that those get whom we call. */
export const toTraceparent = ({ traceId, spanId, flags }: TraceContext): string =>
  `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`;

/** A trace id in OpenTelemetry's form: 32 hex digits, any case, not all zero; else none. */
export const readTraceId = (value: unknown): string | undefined => readHex(value, TRACE);

/** A span id in OpenTelemetry's form: 16 hex digits, any case, not all zero; else none. */
export const readSpanId = (value: unknown): string | undefined => readHex(value, SPAN);

/** The trace id in one of X-Ray's, `1-<8 digits>-<24 digits>`, which OpenTelemetry's form has without its hyphens; else none. */
export function readXRayTraceId(text: string): string | undefined {
  const [, seconds, unique] = XRAY.exec(text) ?? [];
  return readTraceId(`${seconds}${unique}`);
}

const XRAY = /^(?:Root=)?1-([0-9a-f]{8})-([0-9a-f]{24})(?=;|$)/i;
const TRACE = /^(?!0{32})[0-9a-f]{32}$/i;
const SPAN = /^(?!0{16})[0-9a-f]{16}$/i;

function readHex(value: unknown, form: RegExp): string | undefined {
  return typeof value === 'string' && form.test(value) ? value.toLowerCase() : undefined;
}

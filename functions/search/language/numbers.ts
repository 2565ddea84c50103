const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/;
const INTEGER = /^[+-]?\d+$/;
const MAX_LENGTH = 64;

/** The number that a text is as a whole, as a double; undefined where it is none. */
export function parseNumber(text: string): number | undefined {
  const first = text.charCodeAt(0);
  if (first > 0x39 || first < 0x2b || text.length > MAX_LENGTH || !NUMBER.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * How a number of JSON is written as a text: the shortest form of a double, all digits of an integer. A number in a query equals a
 * value of this text too, so that `1.10` finds 1.1 and `+7` finds 7.
 * @returns undefined where `text` is no number
 */
export function toCanonicalNumber(text: string): string | undefined {
  const value = parseNumber(text);
  if (value === undefined) return undefined;
  if (Object.is(value, -0)) return '0';
  return INTEGER.test(text) && !Number.isSafeInteger(value)
    ? BigInt(text.replace(/^\+/, '')).toString()
    : String(value);
}

const view = new DataView(new ArrayBuffer(8));

/** 16 hex digits of a double that sort as texts the way doubles sort as numbers. */
export function toSortableHex(value: number): string {
  view.setFloat64(0, value === 0 ? 0 : value); // -0 is 0
  let high = view.getUint32(0);
  let low = view.getUint32(4);
  if (high >= 0x8000_0000) {
    high = ~high >>> 0;
    low = ~low >>> 0;
  } else high = (high | 0x8000_0000) >>> 0;
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

/** The double of `toSortableHex`. */
export function fromSortableHex(hex: string): number {
  let high = Number.parseInt(hex.slice(0, 8), 16);
  let low = Number.parseInt(hex.slice(8), 16);
  if (high >= 0x8000_0000) high = (high & 0x7fff_ffff) >>> 0;
  else {
    high = ~high >>> 0;
    low = ~low >>> 0;
  }
  view.setUint32(0, high);
  view.setUint32(4, low);
  return view.getFloat64(0);
}

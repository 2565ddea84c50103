import { createHmac } from 'node:crypto';

/** What stands in the place of a match. */
export const redacted = (rule: string): string => `[redacted:${rule}]`;

/** What stands in the place of a match whose equals are to be known: 64 bits of an HMAC-SHA-256 under the project's key. */
export const hashed = (rule: string, value: string, key: string): string =>
  `[hash:${rule}:${createHmac('sha256', key).update(value).digest('hex').slice(0, 16)}]`;

/** Whether what was at a place of a text has been taken out already. */
export const isMarked = (text: string, at: number): boolean =>
  text.startsWith('[redacted:', at) || text.startsWith('[hash:', at);

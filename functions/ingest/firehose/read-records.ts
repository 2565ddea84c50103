import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Attributes, AttributeValue } from '../../core/log-record.ts';
import { isSubscription, readSubscription } from '../cloudwatch/read-subscription.ts';
import { MAX_INFLATED_BYTES } from '../content.ts';
import { type Draft, unreadable } from '../draft.ts';
import { parseBody } from '../parse/parse-body.ts';
import { parseLine, parseObject } from '../parse/parse-line.ts';
import { splitLines } from '../split-lines.ts';
import { readJson } from '../wire/read-json.ts';
import { splitJson } from '../wire/split-json.ts';

const Records = z.looseObject({ records: z.array(z.looseObject({ data: z.string() })) });

/** Reads the body that Firehose posts. @returns undefined where it is none */
export function readRecords(body: unknown, common: Attributes, received: number): Draft[] | undefined {
  const parsed = Records.safeParse(body);
  if (!parsed.success) return undefined;
  const drafts: Draft[] = [];
  let left = MAX_INFLATED_BYTES;
  for (const { data } of parsed.data.records) {
    const content = inflate(Buffer.from(data, 'base64'), left);
    if (content === undefined) {
      // what cannot be inflated is kept as it came
      drafts.push(unreadable(data));
      continue;
    }
    left -= content.length;
    drafts.push(...readRecord(content.toString('utf8'), received));
  }
  if (Object.keys(common).length === 0) return drafts;
  return drafts.map((draft) => ({ ...draft, attributes: { ...common, ...draft.attributes } }));
}

/** Firehose's own header for attributes of a delivery stream. */
export function readCommonAttributes(header: string | undefined): Attributes {
  if (header === undefined) return {};
  try {
    const { commonAttributes } = JSON.parse(header) as { commonAttributes?: Readonly<Record<string, AttributeValue>> };
    return typeof commonAttributes === 'object' && commonAttributes !== null ? commonAttributes : {};
  } catch {
    return {};
  }
}

function inflate(content: Buffer, maxBytes: number): Buffer | undefined {
  if (content[0] !== 0x1f || content[1] !== 0x8b) return content.length > maxBytes ? undefined : content;
  try {
    return gunzipSync(content, { maxOutputLength: Math.max(1, maxBytes) });
  } catch {
    return undefined;
  }
}

/** A record holds what its source wrote: CloudWatch's documents, JSON documents back to back, or lines. */
function readRecord(text: string, received: number): Draft[] {
  if (!/^\s*[[{]/.test(text)) return splitLines(text).map((line) => parseLine(line, received));
  return splitJson(text).flatMap((piece) => {
    const value = piece.closed ? attempt(piece.text) : undefined;
    if (isSubscription(value)) return readSubscription(value, received) ?? [unreadable(piece.text)];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [parseLine(piece.text, received)];
    return [
      {
        ...parseBody(parseObject(value as Readonly<Record<string, unknown>>, received), received),
        original: piece.text,
      },
    ];
  });
}

function attempt(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}

import { createHash } from 'node:crypto';
import { DomainError, InvalidRequest } from '../../core/errors.ts';
import type { LogRecord } from '../../core/log-record.ts';
import { type Matcher, makeMatcher } from '../../search/language/evaluator.ts';
import { parse } from '../../search/language/parser.ts';
import type { DropRule } from '../settings-api.ts';

/** Tells which rule drops an event; undefined for one that is kept. */
export type Dropper = (record: LogRecord) => string | undefined;

/**
 * Compiles drop rules; the first whose query an event matches decides about it.
 * @param now milliseconds since 1970, asked anew for each request of relative times
 * @throws InvalidRequest naming the rule whose query cannot be read, or does more than filter
 */
export function makeDropper(rules: readonly DropRule[], now: number): Dropper | undefined {
  const compiled = rules.flatMap((rule, position) =>
    rule.enabled ? [{ ...rule, matches: makeFilter(rule, position, now) }] : [],
  );
  if (compiled.length === 0) return undefined;
  return (record) => {
    const rule = compiled.find(({ matches }) => matches(record));
    return rule === undefined || isKept(record, rule.keep) ? undefined : rule.name;
  };
}

function makeFilter({ query }: DropRule, position: number, now: number): Matcher {
  const pointer = `#/drop_rules/${position}/query`;
  try {
    const { filter, pipes } = parse(query);
    if (pipes.length > 0) throw new InvalidRequest([{ pointer, detail: 'expected a filter alone, without "|"' }]);
    return makeMatcher(filter, now);
  } catch (error) {
    if (!(error instanceof DomainError) || error instanceof InvalidRequest) throw error;
    throw new InvalidRequest([{ pointer, detail: error.message }], { cause: error });
  }
}

/** Events of one trace are kept or dropped together, and a resent one as before: the choice hangs on their ids alone. */
function isKept({ id, traceId }: LogRecord, share: number): boolean {
  if (share <= 0 || share >= 1) return share >= 1;
  const digest = createHash('sha256')
    .update(traceId ?? id)
    .digest();
  return digest.readUInt32BE(0) / 2 ** 32 < share;
}

import { DomainError } from '../core/errors.ts';
import type { Filter, Leaf, Pipe } from './language/ast.ts';
import { parseGlob } from './language/glob.ts';
import { parse } from './language/parser.ts';

/**
 * What a query costs the store by its shape, in leaves that are looked up: rough, for what it costs in truth depends on the events. One
 * that weighs more than this is long wherever there is something to find.
 */
const HEAVY = 64;

/** A pattern that begins openly looks at every word there is; an expression at the events themselves. */
const OPEN_PATTERN = 8;
/** A range is many terms, a phrase their positions. */
const MANY_TERMS = 1;
const TERM = 0.1;
/** Groups multiply each other. */
const GROUPS = [1, 1, 2, 8] as const;
const MANY_GROUPS = 128;
/** What is kept of each group for a percentile or for distinct values. */
const SKETCH = 4;

/** Whether a query is such that it stands in line from its beginning. One that cannot be read is not. */
export function isHeavy(text: string): boolean {
  try {
    const { filter, pipes } = parse(text);
    return weightOf(filter) + pipes.reduce((sum, pipe) => sum + pipeWeight(pipe), 0) > HEAVY;
  } catch (error) {
    if (error instanceof DomainError) return false; // the read itself tells what is wrong
    throw error;
  }
}

function weightOf(filter: Filter): number {
  switch (filter.kind) {
    case 'all':
      return 0;
    case 'and':
    case 'or':
      return filter.operands.reduce((sum, operand) => sum + weightOf(operand), 0);
    case 'not':
      return weightOf(filter.operand);
    default:
      return leafWeight(filter);
  }
}

function leafWeight(leaf: Leaf): number {
  switch (leaf.kind) {
    case 'regex':
      return OPEN_PATTERN;
    case 'glob':
      return parseGlob(leaf.pattern)[0]?.kind === 'plain' ? MANY_TERMS : OPEN_PATTERN;
    case 'compare':
    case 'range':
      return MANY_TERMS;
    case 'match':
      return leaf.field === null && /\s/.test(leaf.value) ? MANY_TERMS : TERM;
    case 'exists':
      return TERM;
    default:
      return leaf satisfies never;
  }
}

function pipeWeight(pipe: Pipe): number {
  if (pipe.kind !== 'stats') return 0;
  const sketches = pipe.measures.filter(({ fn }) => fn === 'distinct' || /^p\d/.test(fn)).length;
  return (GROUPS[pipe.groups.length] ?? MANY_GROUPS) * (1 + sketches * SKETCH);
}

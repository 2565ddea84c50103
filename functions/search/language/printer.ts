import { type Filter, type Leaf, MEASURES, type Measure, type Pipe, type Query } from './ast.ts';
import { bareGlob, isLiteralColon, isPlainName, quote, quoteRegex, scanQuoted } from './lexer.ts';

/** A query as text; `parse` makes the same query of it. */
export function print({ filter, pipes }: Query): string {
  return [printFilter(filter), ...pipes.map((pipe) => `| ${printPipe(pipe)}`)].join(' ');
}

/** A filter as text. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'all':
      return '*';
    case 'and':
      return filter.operands
        .map((operand) =>
          operand.kind === 'and' || operand.kind === 'or' ? `(${printFilter(operand)})` : printFilter(operand),
        )
        .join(' ');
    case 'or':
      return filter.operands
        .map((operand) => (operand.kind === 'or' ? `(${printFilter(operand)})` : printFilter(operand)))
        .join(' OR ');
    case 'not':
      return filter.operand.kind === 'and' || filter.operand.kind === 'or'
        ? `NOT (${printFilter(filter.operand)})`
        : `NOT ${printFilter(filter.operand)}`;
    default:
      return printLeaf(filter);
  }
}

function printLeaf(leaf: Leaf): string {
  const condition = printCondition(leaf);
  return leaf.field === null ? condition : `${printName(leaf.field, condition)}:${condition}`;
}

function printCondition(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'match':
      return isBare(leaf.value) ? leaf.value : quote(leaf.value);
    case 'glob':
      return bareGlob(leaf.pattern);
    case 'regex':
      return quoteRegex(leaf.source);
    case 'exists':
      return '*';
    case 'compare':
      return leaf.op + printBound(leaf.value);
    case 'range': {
      const [low, high] = [leaf.low, leaf.high].map((bound) => (bound === null ? '*' : printBound(bound.value)));
      return `${leaf.low?.inclusive === false ? '{' : '['}${low} TO ${high}${leaf.high?.inclusive === false ? '}' : ']'}`;
    }
    default:
      return leaf satisfies never;
  }
}

const BARE = /^[\p{L}\p{Nd}_][\p{L}\p{M}\p{Nd}_.@%+=~!'-]*$/u;
const BOUND = /^[\p{L}\p{Nd}_.+:-][\p{L}\p{Nd}_.+:/-]*$/u;

const isBare = (text: string): boolean => BARE.test(text) && !/^(?:AND|OR|NOT)$/.test(text);
const printBound = (value: string): string => (BOUND.test(value) ? value : quote(value));

/** A field name for a query, in quotes where it would be read as something else. */
function printName(name: string, condition: string): string {
  return isPlainName(name) && !isLiteralColon(name, condition) ? name : quote(name);
}

const printField = (name: string): string => (isPlainName(name) ? name : quote(name));

function printPipe(pipe: Pipe): string {
  switch (pipe.kind) {
    case 'stats': {
      const groups = pipe.groups.map((group) =>
        group.by === 'time' ? `time(${group.step})` : printField(group.field),
      );
      return `stats ${pipe.measures.map(printMeasure).join(', ')}${groups.length > 0 ? ` by ${groups.join(', ')}` : ''}`;
    }
    case 'top':
      return `top ${pipe.limit} ${printField(pipe.field)}`;
    case 'sort':
      return `sort ${pipe.by.map(({ column, descending }) => `${printColumn(column)}${descending ? ' desc' : ''}`).join(', ')}`;
    case 'limit':
      return `limit ${pipe.count}`;
    case 'fields':
      return `fields ${pipe.names.map(printField).join(', ')}`;
    default:
      return pipe satisfies never;
  }
}

/** A measure as it is written and as its column is called. */
export const printMeasure = ({ fn, field }: Measure): string => (field === null ? fn : `${fn}(${printField(field)})`);

const TIME_CALL = /^time\(\w+\)$/;

const printColumn = (column: string): string =>
  TIME_CALL.test(column) || isMeasureColumn(column) ? column : printField(column);

/** Whether a column, unquoted, is read as the measure that it is the name of: `count( )` would be read as `count`. */
function isMeasureColumn(column: string): boolean {
  const fn = MEASURES.find((measure) => column.startsWith(`${measure}(`));
  if (fn === undefined) return false;
  const argument = column.slice(fn.length + 1, -1);
  const field = argument.startsWith('"') ? scanQuoted(argument, 0)?.value : argument;
  return field !== undefined && field !== '' && printMeasure({ fn, field }) === column;
}

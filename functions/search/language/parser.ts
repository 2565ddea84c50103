import type { Pipe, Query } from './ast.ts';
import { Cursor } from './cursor.ts';
import { QueryLimitError, QuerySyntaxError } from './errors.ts';
import { FilterParser } from './filter-parser.ts';
import type { Token } from './lexer.ts';
import { LIMITS } from './limits.ts';
import { PipeParser } from './pipe-parser.ts';

/**
 * Parses a query text. An empty text is every event.
 * @throws QuerySyntaxError with the place, QueryLimitError
 */
export function parse(text: string): Query {
  return read(new Cursor(text));
}

/** The pieces of a text for colouring; of a text that is no query, those before the error. */
export function tokenize(text: string): readonly Token[] {
  const cursor = new Cursor(text);
  try {
    read(cursor);
  } catch (error) {
    if (!(error instanceof QuerySyntaxError || error instanceof QueryLimitError)) throw error;
  }
  return cursor.tokens;
}

function read(cursor: Cursor): Query {
  const { length } = cursor.text;
  if (length > LIMITS.characters) {
    throw new QueryLimitError(`query has ${length} characters, at most ${LIMITS.characters} are allowed`);
  }
  cursor.skip();
  const isOpen = cursor.isAtPipe || cursor.isDone;
  const filter = isOpen ? ({ kind: 'all', span: { start: 0, end: 0 } } as const) : new FilterParser(cursor).parse();
  const pipes: Pipe[] = [];
  const parser = new PipeParser(cursor);
  while (!cursor.isDone) {
    if (!cursor.isAtPipe) throw cursor.fail(['"|"', 'the end of the query'], 'query goes on unexpectedly');
    cursor.token('pipe', cursor.at, cursor.at + 1);
    cursor.at++;
    if (pipes.length === LIMITS.pipes) throw new QueryLimitError(`query has more than ${LIMITS.pipes} pipes`);
    pipes.push(parser.parse(pipes));
    cursor.skip();
  }
  return { filter, pipes };
}

import { illegalArgument, mapperParsing, OpenSearchError } from '../errors.ts';
import { isObject } from '../json.ts';

/** One action of a bulk body. `text` is the document, byte for byte. */
export interface BulkAction {
  readonly action: 'create' | 'index' | 'delete' | 'update';
  readonly index: string;
  readonly id: string | undefined;
  readonly text: string;
}

/** Cuts a bulk body into its actions. @throws OpenSearchError when the whole body is refused */
export function parseBulk(body: string, defaultIndex: string | undefined): BulkAction[] {
  if (body.trim() === '')
    throw new OpenSearchError(400, { type: 'parse_exception', reason: 'request body is required' });
  if (!body.endsWith('\n')) throw illegalArgument('The bulk request must be terminated by a newline [\\n]');
  const lines = body.split('\n');
  const actions: BulkAction[] = [];
  for (let line = 0; line < lines.length - 1; ) {
    const text = lines[line++] as string;
    if (text.trim() === '') continue;
    const { action, index, id } = parseAction(text, line, defaultIndex);
    if (action === 'delete') actions.push({ action, index, id, text: '' });
    else {
      const source = lines[line++];
      if (source === undefined || line > lines.length - 1)
        throw illegalArgument('The bulk request must be terminated by a newline [\\n]');
      actions.push({ action, index, id, text: source });
    }
  }
  return actions;
}

function parseAction(text: string, line: number, defaultIndex: string | undefined): Omit<BulkAction, 'text'> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw illegalArgument(
      `Malformed action/metadata line [${line}], expected START_OBJECT or END_OBJECT but found [VALUE_STRING]`,
    );
  }
  const [action, ...others] = isObject(parsed) ? Object.keys(parsed) : [];
  if (action === undefined || others.length > 0 || !isObject(parsed)) {
    throw illegalArgument(
      `Malformed action/metadata line [${line}], expected one action of create, index, update and delete`,
    );
  }
  if (action !== 'create' && action !== 'index' && action !== 'delete' && action !== 'update') {
    throw illegalArgument(
      `Malformed action/metadata line [${line}], expected field [create], [delete], [index] or [update] but found [${action}]`,
    );
  }
  const meta = parsed[action];
  if (!isObject(meta))
    throw illegalArgument(`Malformed action/metadata line [${line}], expected START_OBJECT but found [VALUE_STRING]`);
  const { _index: index = defaultIndex, _id: id, ...rest } = meta;
  const other = Object.keys(rest)[0];
  if (other !== undefined)
    throw illegalArgument(`Action/metadata line [${line}] contains an unknown parameter [${other}]`);
  if (index === undefined) throw validation('index is missing');
  if (id === undefined && (action === 'delete' || action === 'update')) throw validation('id is missing');
  return { action, index: String(index), id: id === undefined ? undefined : checkId(String(id)) };
}

const validation = (reason: string) =>
  new OpenSearchError(400, { type: 'action_request_validation_exception', reason: `Validation Failed: 1: ${reason};` });

function checkId(id: string): string {
  if (id === '') throw illegalArgument('if _id is specified it must not be empty');
  const length = Buffer.byteLength(id);
  if (length > 512) throw validation(`id [${id}] is too long, must be no longer than 512 bytes but was: ${length}`);
  return id;
}

/** The document of an action. @throws mapper_parsing_exception */
export function parseSource(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw mapperParsing('failed to parse', {
      type: 'json_parse_exception',
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}

/** The partial document of an `update`, as text. @throws OpenSearchError naming what else it holds */
export function parseUpdate(text: string, membersOf: (text: string) => Map<string, string>): string {
  const source = parseSource(text);
  const other = isObject(source) ? Object.keys(source).find((key) => key !== 'doc') : 'value';
  if (other !== undefined)
    throw new OpenSearchError(400, {
      type: 'x_content_parse_exception',
      reason: `[UpdateRequest] unknown field [${other}]`,
    });
  const partial = membersOf(text).get('doc');
  if (partial === undefined || !partial.startsWith('{')) throw validation('script or doc is missing');
  return partial;
}

import { illegalArgument, OpenSearchError } from '../errors.ts';

/** Where a point in time is kept: which start of the server, which reader, which of its points. */
export interface PointId {
  readonly boot: string;
  readonly reader: number;
  readonly point: string;
}

export const makePointId = ({ boot, reader, point }: PointId): string =>
  Buffer.from(`${boot}.${reader}.${point}`).toString('base64url');

/** @throws illegal_argument_exception when it is no such id */
export function readPointId(id: string): PointId {
  const match = /^([\w-]+)\.(\d+)\.(\d+)$/.exec(Buffer.from(id, 'base64url').toString());
  if (match === null) throw illegalArgument(`invalid id: [${id}]`);
  const [, boot = '', reader = '', point = ''] = match;
  return { boot, reader: Number(reader), point };
}

export const noContext = (point: string): OpenSearchError =>
  new OpenSearchError(
    404,
    { type: 'search_context_missing_exception', reason: `No search context found for id [${point}]` },
    '_na_',
  );

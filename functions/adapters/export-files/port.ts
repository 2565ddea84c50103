/** A part of a file that is not put together yet. */
export interface FilePart {
  /** From 1. */
  readonly number: number;
  readonly etag: string;
  readonly bytes: number;
}

/** How a file is told to whoever downloads it. */
export interface FileKind {
  readonly contentType: string;
  readonly fileName: string;
}

/** The file cannot be gone on with: it was put together, given up or has expired. */
export class NoSuchUpload extends Error {
  override readonly name = 'NoSuchUpload';
}

/** Files that are written part by part, by one run of a function after the other. Nobody sees a file before it is put together. */
export interface ExportFiles {
  /** @returns the id of an upload */
  begin(key: string, kind: FileKind): Promise<string>;
  /** The same number again replaces the part. @param body 5 MiB at least, but for the last part. @throws NoSuchUpload */
  putPart(key: string, upload: string, number: number, body: Buffer): Promise<FilePart>;
  /** Puts the parts together. @throws NoSuchUpload */
  complete(key: string, upload: string, parts: readonly FilePart[]): Promise<void>;
  /** Gives the parts up; an upload that is gone already is no error. */
  abort(key: string, upload: string): Promise<void>;
  /** Puts a file that is small enough for one request. */
  put(key: string, body: Buffer, kind?: FileKind): Promise<void>;
  /** @throws Error where there is none */
  get(key: string): Promise<Buffer>;
  /** One that is gone already is no error. */
  delete(key: string): Promise<void>;
}

/** A link to a file that needs no credentials, and is good for so many seconds. */
export type LinkFile = (key: string, seconds: number) => Promise<string>;

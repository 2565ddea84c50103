import type { Principals } from './iam/principals.ts';

/** One resource that the template declares and an emulator must hold: properties are resolved CloudFormation properties. */
export interface DeclaredResource {
  /** Logical id in its template, for messages. */
  readonly logicalId: string;
  /** CloudFormation type, for example `AWS::DynamoDB::Table`. */
  readonly type: string;
  /** Physical name (table, stream, bucket, secret or domain name). */
  readonly name: string;
  readonly arn: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What every emulator is started with. Structured-cloneable but for `now`, so that it can cross into a worker thread. */
export interface EmulatorOptions {
  /** Folder for everything durable; the emulator makes a folder of its own name in it. */
  readonly dataDir: string;
  readonly region: string;
  readonly accountId: string;
  readonly resources: readonly DeclaredResource[];
  /** Who may call, by access key id, and what their policies say. */
  readonly principals: Principals;
  /** Clock in Unix milliseconds, for tests; the system's unless given. */
  readonly now?: () => number;
}

/** A running emulator. */
export interface Emulator {
  /** Base URL, for example `http://127.0.0.1:40213`. */
  readonly url: string;
  /** Finishes running requests, flushes and stops. */
  close(): Promise<void>;
}

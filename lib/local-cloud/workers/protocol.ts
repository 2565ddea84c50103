/** What a function's thread is started with. */
export interface WorkerSetup {
  readonly file: string;
  readonly exportName: string;
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMegabytes: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Folder where this process keeps compiled code between starts, which its threads do not know of themselves; undefined keeps none. */
  readonly compileCache: string | undefined;
}

/** To the thread: one invocation. `event` is JSON, as Lambda passes it. */
export interface InvokeMessage {
  readonly requestId: string;
  readonly event: string;
  /** Unix milliseconds at which the function times out. */
  readonly deadline: number;
}

/** From the thread: the handler is loaded; the invocation is done; or it failed. `fatal` errors end the thread. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly payload: string }
  | {
      readonly kind: 'error';
      readonly error: FunctionError;
      readonly fatal: boolean;
    };

/** The error object that Lambda answers with. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

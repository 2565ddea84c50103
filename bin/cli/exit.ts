/** Exit codes of the command line. */
export const EXIT = { ok: 0, nothingFound: 1, usage: 2, auth: 3, limit: 4, server: 5 } as const;

/** Ends the program with a sentence that says what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

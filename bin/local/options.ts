import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** How the local platform is started. */
export interface LocalOptions {
  readonly port: number;
  readonly dataDir: string;
  /** Throw away what is kept first. */
  readonly fresh: boolean;
  readonly demo: boolean;
}

export const USAGE = `Usage: npm start -- [--port 8080] [--data DIR] [--fresh] [--no-demo]

  --port N     public port (8080)
  --data DIR   where everything is kept (.tributary)
  --fresh      begin anew: throws away what DIR holds
  --no-demo    without the demo project
`;

/** @throws Error with a sentence that says what was wrong */
export function readOptions(args: readonly string[]): LocalOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8080' },
      data: { type: 'string', default: '.tributary' },
      fresh: { type: 'boolean', default: false },
      demo: { type: 'boolean', default: true },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowNegative: true,
  });
  if (values.help) return 'help';
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port takes a number from 0 to 65535, not "${values.port}"`);
  return { port, dataDir: resolve(values.data), fresh: values.fresh, demo: values.demo };
}

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { saveSession } from './connection.ts';
import { CliError, EXIT } from './exit.ts';

/** Signs in and keeps the session in a file that only its owner can read. @returns exit code */
export async function login(url: string, username: string | undefined): Promise<number> {
  const name = username ?? (await ask('User name or e-mail: ', false));
  const password = process.env.TRIBUTARY_PASSWORD ?? (await ask('Password: ', true));
  const answer = await fetch(new URL('/api/v1/auth/login', url), {
    method: 'POST',
    body: new URLSearchParams({ username: name, password }),
  }).catch((error: unknown) => {
    throw new CliError(EXIT.server, `${url} does not answer: ${(error as Error).message}`, { cause: error });
  });
  const body = (await answer.json()) as { access_token?: string; expires_in?: number; detail?: string };
  if (body.access_token === undefined)
    throw new CliError(
      answer.status === 429 ? EXIT.limit : EXIT.auth,
      body.detail ?? `sign-in failed with ${answer.status}`,
    );
  const file = saveSession({
    url,
    access_token: body.access_token,
    expires_at: Date.now() / 1000 + (body.expires_in ?? 0),
  });
  process.stderr.write(
    `signed in as ${name} for ${Math.floor((body.expires_in ?? 0) / 60)} minutes; session in ${file}\n`,
  );
  return EXIT.ok;
}

async function ask(question: string, hidden: boolean): Promise<string> {
  process.stderr.write(question);
  // what is typed of a password must not be echoed
  const output = new Writable({
    write: (chunk, _encoding, done) => (hidden ? done() : process.stderr.write(chunk as Buffer, () => done())),
  });
  const prompt = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY });
  try {
    return await prompt.question('');
  } finally {
    prompt.close();
    if (hidden) process.stderr.write('\n');
  }
}

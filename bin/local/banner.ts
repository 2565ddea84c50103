import type { LocalFile } from './seed.ts';

/** What a person needs to know after the start, on one screen. */
export function banner({ url, username, password, apiKey, demo }: LocalFile, seconds: number): string {
  return `
Tributary is running (${seconds.toFixed(1)} s)

  Dashboard   ${url}
  Sign in     ${username} / ${password}
  API key     ${apiKey}${demo ? '\n  Demo        project "Demo shop" holds a day of generated logs' : ''}

Send the first log:

  curl ${url}/api/v1/logs -H 'X-API-Key: ${apiKey}' -H 'Content-Type: application/json' \\
    -d '{"timestamp":"'$(date -u +%FT%TZ)'","level":"INFO","service":"hello","message":"my first log"}'

Follow it from the terminal:   npm run -s tributary -- tail
Send a file:                   npm run -s tributary -- send app.log --service app
Stop:                          Ctrl-C
`;
}

import type { Snippet } from './snippet.ts';

/** What works with nothing but a shell or an interpreter. */
export const FIRST: readonly Snippet[] = [
  {
    id: 'curl',
    name: 'curl',
    text: (url, key) => `curl -sS ${url}/api/v1/logs \\
  -H "X-API-Key: ${key}" \\
  -H 'Content-Type: application/json' \\
  -d "{\\"timestamp\\": \\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\\", \\"level\\": \\"INFO\\", \\"service\\": \\"checkout\\", \\"message\\": \\"order placed\\"}"`,
  },
  {
    id: 'file',
    name: 'A log file',
    note: 'One event a line; time and level are read from the line where it has them.',
    text: (url, key) => `curl -sS '${url}/v1/ingest?service=checkout' \\
  -H "X-API-Key: ${key}" \\
  -H 'Content-Type: text/plain' \\
  --data-binary @app.log`,
  },
  {
    id: 'cli',
    name: 'Command line',
    text: (url, key) => `export TRIBUTARY_URL=${url} TRIBUTARY_API_KEY=${key}
tail -F app.log | npm run --silent tributary -- send -`,
  },
  {
    id: 'node',
    name: 'Node.js',
    text: (url, key) => `await fetch('${url}/api/v1/logs/batch', {
  method: 'POST',
  headers: { 'X-API-Key': '${key}', 'Content-Type': 'application/json' },
  body: JSON.stringify({
    logs: [{ timestamp: new Date().toISOString(), level: 'INFO', service: 'checkout', message: 'order placed' }],
  }),
});`,
  },
  {
    id: 'python',
    name: 'Python',
    text: (url, key) => `import datetime, json, urllib.request

event = {
    "timestamp": datetime.datetime.now(datetime.timezone.utc).isoformat(),
    "level": "INFO",
    "service": "checkout",
    "message": "order placed",
}
urllib.request.urlopen(urllib.request.Request(
    "${url}/api/v1/logs",
    data=json.dumps(event).encode(),
    headers={"X-API-Key": "${key}", "Content-Type": "application/json"},
))`,
  },
];

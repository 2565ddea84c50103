/** Ready-to-paste ways to send a first event. `url` is the ingest root, `key` an API key or its placeholder. */
export interface Snippet {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly note?: string;
  readonly text: (url: string, key: string) => string;
}

export const SNIPPETS = [
  {
    id: 'curl',
    name: 'curl',
    language: 'sh',
    text: (url, key) => `curl -sS ${url}/api/v1/logs \\
  -H 'X-API-Key: ${key}' \\
  -H 'Content-Type: application/json' \\
  -d "{\\"timestamp\\": \\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\\", \\"level\\": \\"INFO\\", \\"service\\": \\"checkout\\", \\"message\\": \\"order placed\\"}"`,
  },
  {
    id: 'file',
    name: 'A log file',
    language: 'sh',
    note: 'One event a line; time and level are read from the line where it has them.',
    text: (url, key) => `curl -sS '${url}/v1/ingest?service=checkout' \\
  -H 'X-API-Key: ${key}' \\
  -H 'Content-Type: text/plain' \\
  --data-binary @app.log`,
  },
  {
    id: 'cli',
    name: 'Command line',
    language: 'sh',
    text: (url, key) => `export TRIBUTARY_URL=${url} TRIBUTARY_API_KEY=${key}
tail -F app.log | npm run --silent tributary -- send -`,
  },
  {
    id: 'node',
    name: 'Node.js',
    language: 'js',
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
    language: 'py',
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
  {
    id: 'fluent-bit',
    name: 'Fluent Bit',
    language: 'ini',
    note: 'Sends JSON lines to the batch endpoint; events need level, service and message.',
    text: (url, key) => {
      const { hostname, port, protocol } = new URL(url);
      return `[OUTPUT]
    Name              http
    Match             *
    Host              ${hostname}
    Port              ${port || (protocol === 'https:' ? '443' : '80')}
    URI               /api/v1/logs/batch
    Format            json_lines
    Json_date_key     timestamp
    Json_date_format  iso8601
    Header            X-API-Key ${key}
    tls               ${protocol === 'https:' ? 'On' : 'Off'}`;
    },
  },
  {
    id: 'vector',
    name: 'Vector',
    language: 'yaml',
    note: 'Sends NDJSON to the batch endpoint; events need timestamp, level, service and message.',
    text: (url, key) => `sinks:
  tributary:
    type: http
    inputs: [my_source]
    uri: ${url}/api/v1/logs/batch
    method: post
    compression: gzip
    encoding:
      codec: json
    framing:
      method: newline_delimited
    request:
      headers:
        X-API-Key: ${key}
        Content-Type: application/x-ndjson`,
  },
] as const satisfies readonly Snippet[];

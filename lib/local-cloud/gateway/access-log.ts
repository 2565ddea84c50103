/** Values of an access log line by `$context` variable, for example `routeKey` or `error.message`. */
export type AccessLogContext = Readonly<Record<string, string | number>>;

/** One line of a stage's access log: its format with every `$context` variable replaced, `-` for one without a value. */
export function accessLogLine(format: string, context: AccessLogContext): string {
  const line = format.replace(/\$context\.([\w.]+)/g, (_, name: string) => String(context[name] ?? '-'));
  return `${line}\n`;
}

/** Where the hosts that only exist in an account are on this machine: base URL by host name, for `https` and for `wss`. */
export interface LocalHosts {
  readonly https: ReadonlyMap<string, string>;
  readonly wss: ReadonlyMap<string, string>;
}

/**
 * A resolved value with every URL of such a host replaced, for example
 * `https://d1x2.cloudfront.net/logs` by `http://127.0.0.1:8080/logs`. Host names without a scheme stay as they are.
 */
export function replaceHosts(value: string, { https, wss }: LocalHosts): string {
  let replaced = value;
  for (const [host, url] of https) replaced = replaced.replaceAll(`https://${host}`, url);
  for (const [host, url] of wss) replaced = replaced.replaceAll(`wss://${host}`, url);
  return replaced;
}

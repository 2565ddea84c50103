/** A ready-to-paste way to send. */
export interface Snippet {
  readonly id: string;
  readonly name: string;
  readonly note?: string;
  /** @param url root of what takes events, without a slash at the end. @param key an API key, or the variable that holds it */
  readonly text: (url: string, key: string) => string;
}

/** The parts of an address that agents ask for one by one. */
export function placeOf(url: string): { readonly host: string; readonly port: string; readonly tls: boolean } {
  const { hostname, port, protocol } = new URL(url);
  const tls = protocol === 'https:';
  return { host: hostname, port: port || (tls ? '443' : '80'), tls };
}

/** An address with its port, for clients whose own default is another. */
export const withPort = (url: string): string => {
  const { host, port, tls } = placeOf(url);
  return `${tls ? 'https' : 'http'}://${host}:${port}`;
};

/** An address that names its user and password. */
export const withUser = (url: string, key: string): string => url.replace('://', `://tributary:${key}@`);

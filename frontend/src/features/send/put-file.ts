/**
 * Puts a file to a link, told how far it is: `fetch` tells nothing of what it has sent.
 * @param onSent bytes that are sent
 * @throws Error where it was not taken; AbortError when `signal` fires
 */
export async function putFile(
  url: string,
  headers: Readonly<Record<string, string>>,
  file: Blob,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const request = new XMLHttpRequest();
  const cancel = () => request.abort();
  signal.addEventListener('abort', cancel);
  try {
    await new Promise<void>((resolve, reject) => {
      request.open('PUT', url);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded }) => onSent(loaded);
      request.onload = () => resolve();
      request.onerror = () => reject(new Error('the connection broke while the file was sent'));
      request.onabort = () => reject(signal.reason);
      request.send(file);
    });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  if (request.status < 200 || request.status >= 300)
    throw new Error(`the file was not taken: ${request.status} ${request.statusText}`.trim());
}

/**
 * Remembers answers by key for a while. A failed read is not remembered, but while the source fails an answer that was true up to
 * `staleMillis` ago is given, so that a short outage of a table is not an outage of ours. Concurrent asks for one key share one read.
 */
export function cached<T>(
  read: (key: string) => Promise<T>,
  {
    ttlMillis,
    staleMillis = ttlMillis,
    maximum = 10_000,
    now = Date.now,
  }: {
    ttlMillis: number;
    staleMillis?: number;
    maximum?: number;
    now?: () => number;
  },
): (key: string) => Promise<T> {
  const answers = new Map<string, { readonly at: number; readonly value: T }>();
  const running = new Map<string, Promise<T>>();
  return async (key) => {
    const known = answers.get(key);
    if (known !== undefined && now() - known.at < ttlMillis) return known.value;
    let reading = running.get(key);
    if (reading === undefined) {
      reading = read(key).finally(() => running.delete(key));
      running.set(key, reading);
    }
    try {
      const value = await reading;
      if (answers.size >= maximum) answers.delete(answers.keys().next().value ?? key);
      answers.delete(key);
      answers.set(key, { at: now(), value });
      return value;
    } catch (error) {
      if (known !== undefined && now() - known.at < staleMillis) return known.value;
      throw error;
    }
  };
}

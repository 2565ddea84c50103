import { describe, expect, it, vi } from 'vitest';
import { cached } from '../../../functions/core/cached.ts';

describe('a cached read', () => {
  it('asks once while an answer is fresh and again after', async () => {
    let now = 0;
    const read = vi.fn(async (key: string) => `${key}@${now}`);
    const ask = cached(read, { ttlMillis: 100, now: () => now });
    expect([await ask('a'), await ask('a'), await ask('b')]).toEqual(['a@0', 'a@0', 'b@0']);
    now = 100;
    expect(await ask('a')).toBe('a@100');
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('shares one read among those who ask at the same time', async () => {
    const read = vi.fn(async () => 1);
    const ask = cached(read, { ttlMillis: 100 });
    await Promise.all([ask('a'), ask('a'), ask('a')]);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('gives an older answer while the source fails, but not for ever', async () => {
    let now = 0;
    let broken = false;
    const ask = cached(
      async () => {
        if (broken) throw new Error('away');
        return now;
      },
      { ttlMillis: 10, staleMillis: 100, now: () => now },
    );
    await ask('a');
    broken = true;
    now = 50;
    expect(await ask('a')).toBe(0);
    now = 100;
    await expect(ask('a')).rejects.toThrow('away');
  });

  it('forgets the oldest when it is full', async () => {
    const read = vi.fn(async (key: string) => key);
    const ask = cached(read, { ttlMillis: 1_000, maximum: 2 });
    for (const key of ['a', 'b', 'c', 'a']) await ask(key);
    expect(read).toHaveBeenCalledTimes(4);
  });
});

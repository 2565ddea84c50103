import { describe, expect, it } from 'vitest';
import { hashApiKey, makeApiKey, parseApiKey } from '../../../functions/core/api-key.ts';

describe('API keys', () => {
  it('carry the id they are stored under', () => {
    const { key, id } = makeApiKey('local');
    expect(key).toMatch(/^trb_local_[a-z2-7]{16}_[a-z2-7]{40}_[a-z2-7]{6}$/);
    expect(parseApiKey(key)).toEqual({ id });
  });

  it('with a typing error are told without asking a table', () => {
    const { key } = makeApiKey('local');
    const at = key.length - 20;
    const wrong = `${key.slice(0, at)}${key[at] === 'a' ? 'b' : 'a'}${key.slice(at + 1)}`;
    expect(parseApiKey(wrong)).toBeUndefined();
  });

  it.each(['', 'trb_', 'trb_local_x_y_z', 'Bearer trb'])('are not %s', (text) => {
    expect(parseApiKey(text)).toBeUndefined();
  });

  it('are stored as a hash that does not hold them', () => {
    const { key } = makeApiKey('local');
    expect(hashApiKey(key)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashApiKey(key)).not.toContain(key.slice(-20));
  });
});

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildFunctions, bundleFolder, listHandlers } from '../../lib/bundles.ts';

const LARGEST_BYTES = 3 * 1024 * 1024;

beforeAll(buildFunctions);

describe('bundles', () => {
  it.each([...listHandlers().keys()])('%s is one file of at most 3 MB', (handler) => {
    const file = join(bundleFolder(handler), 'index.mjs');
    expect(existsSync(file)).toBe(true);
    expect(statSync(file).size).toBeLessThanOrEqual(LARGEST_BYTES);
  });
});

import type { z } from 'zod';
import type { AuthenticatedCall } from '../core/http.ts';
import type { Accept } from './accept.ts';
import type { GenerateRequest } from './api.ts';
import { generateSample } from './generator/generate.ts';
import { readEntry } from './own-api/read-entry.ts';
import { toRequestArrival } from './request-arrival.ts';

/** `POST /api/v1/logs/generate`: sample logs of the last minutes, so that an empty project has something to look at. */
export const makeGenerateLogs =
  (accept: Accept, now: () => number) =>
  async ({ minutes, events }: z.output<typeof GenerateRequest>, call: AuthenticatedCall) => {
    const to = now();
    const sample = generateSample({ from: to - minutes * 60_000, to, events, seed: to });
    await accept(sample.map(readEntry), toRequestArrival(call, 'generator'), call.signal);
    return { accepted: sample.length };
  };

import { randomUUID } from 'node:crypto';

/** Where moto answers, when the engine tests run. */
export const MOTO_URL = process.env.AWS_ENDPOINT_URL;

/** What a client of moto is made with: its endpoint, region and credentials come from the environment. */
export const MOTO_CLIENT = {
  endpoint: MOTO_URL ?? '',
  region: process.env.AWS_REGION ?? 'us-east-1',
  credentials: { accessKeyId: 'engines', secretAccessKey: 'engines' },
};

/** A name that no other run has used. */
export const uniqueName = (stem: string): string => `${stem}-${randomUUID().slice(0, 8)}`;

/** Which backing a contract runs against; what the two do differently on purpose is a list in each contract. */
export type Backing = 'emulated' | 'moto';

/** Name and message of what a call was refused with; fails when it was not refused. */
export async function refusal(call: Promise<unknown>): Promise<{ readonly name: string; readonly message: string }> {
  const [outcome] = await Promise.allSettled([call]);
  if (outcome.status === 'fulfilled') throw new Error(`expected a refusal, got ${JSON.stringify(outcome.value)}`);
  const { name, message } = outcome.reason as Error;
  return { name, message };
}

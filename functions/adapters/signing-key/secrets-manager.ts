import { randomBytes } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { z } from 'zod';
import { cached } from '../../core/cached.ts';
import type { SigningKey, SigningKeys } from './port.ts';

const FRESH_MILLIS = 10 * 60_000;
/** All instances that make the first key at once send this token, so that the store takes one of theirs and refuses the others. */
const FIRST_KEY_TOKEN = 'tributary-first-signing-key-0001';

const Jwk = z.record(z.string(), z.any());
const Secret = z
  .object({
    private: Jwk,
    public: Jwk,
    /** Public halves of the pairs before it. */
    previous: z.array(Jwk).default([]),
    /** Unix milliseconds. */
    created_at: z.number().default(0),
    derivation: z.string().optional(),
  })
  .transform((secret) => ({ ...secret, derivation: secret.derivation ?? String(secret.private.d) }));
type Secret = z.output<typeof Secret>;

/** The signing key in a secret; whoever finds it empty makes the key and lets `publish` tell its public half. */
export class SecretsManagerSigningKeys implements SigningKeys {
  readonly #client: SecretsManagerClient;
  readonly #secret: string;
  readonly #publish: (keys: readonly JWK[]) => Promise<void>;
  readonly #now: () => number;
  readonly #read;

  constructor(
    client: SecretsManagerClient,
    secret: string,
    publish: (keys: readonly JWK[]) => Promise<void>,
    now: () => number = Date.now,
  ) {
    this.#client = client;
    this.#secret = secret;
    this.#publish = publish;
    this.#now = now;
    this.#read = cached(() => this.#readOrMake(), {
      ttlMillis: FRESH_MILLIS,
      staleMillis: Number.POSITIVE_INFINITY,
      now,
    });
  }

  current(): Promise<SigningKey> {
    return this.#read('');
  }

  async rotate(olderThanMillis: number): Promise<boolean> {
    const old = await this.#get();
    if (old === undefined || this.#now() - old.created_at < olderThanMillis) return false;
    const { derivation } = old;
    const next = await makePair();
    // known to everyone before anything is signed with it
    await this.#publish([next.public, old.public, ...old.previous.slice(0, 1)]);
    const made = await this.#put(
      { ...next, previous: [old.public], derivation, created_at: this.#now() },
      tokenFor(old),
    );
    await this.#publish(publicHalves(made));
    return true;
  }

  async #readOrMake(): Promise<SigningKey> {
    const key = (await this.#get()) ?? (await this.#make());
    // told each time it is read: whoever made it may have ended before it could tell
    await this.#publish(publicHalves(key));
    return key;
  }

  async #get(): Promise<Secret | undefined> {
    try {
      const { SecretString = '' } = await this.#client.send(new GetSecretValueCommand({ SecretId: this.#secret }));
      return Secret.safeParse(JSON.parse(SecretString)).data;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  async #make(): Promise<Secret> {
    const pair = await makePair();
    return this.#put(
      { ...pair, previous: [], derivation: randomBytes(32).toString('base64url'), created_at: this.#now() },
      FIRST_KEY_TOKEN,
    );
  }

  /** Of all that put with the same token the store takes one. @returns what it took */
  async #put(secret: Secret, token: string): Promise<Secret> {
    try {
      await this.#client.send(
        new PutSecretValueCommand({
          SecretId: this.#secret,
          ClientRequestToken: token,
          SecretString: JSON.stringify(secret),
        }),
      );
      return secret;
    } catch (error) {
      if (!(error instanceof ResourceExistsException)) throw error;
      const made = await this.#get();
      if (made === undefined) throw error;
      return made;
    }
  }
}

const publicHalves = (secret: Secret): readonly JWK[] => [secret.public, ...secret.previous];

/** All instances that take the place of the same key at once send the same. */
const tokenFor = (old: Secret): string => `tributary-after-${old.public.kid}`.slice(0, 64);

async function makePair(): Promise<Pick<Secret, 'private' | 'public'>> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    private: { ...(await exportJWK(pair.privateKey)), kid, alg: 'ES256' },
    public: { ...publicJwk, kid, alg: 'ES256', use: 'sig' },
  };
}

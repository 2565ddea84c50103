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

const Secret = z.object({
  private: z.record(z.string(), z.any()),
  public: z.record(z.string(), z.any()),
});

/** The signing key in a secret; whoever finds it empty makes the key and lets `publish` tell its public half. */
export class SecretsManagerSigningKeys implements SigningKeys {
  readonly #client: SecretsManagerClient;
  readonly #secret: string;
  readonly #publish: (keys: readonly JWK[]) => Promise<void>;
  readonly #read;

  constructor(client: SecretsManagerClient, secret: string, publish: (keys: readonly JWK[]) => Promise<void>) {
    this.#client = client;
    this.#secret = secret;
    this.#publish = publish;
    this.#read = cached(() => this.#readOrMake(), {
      ttlMillis: FRESH_MILLIS,
      staleMillis: Number.POSITIVE_INFINITY,
    });
  }

  current(): Promise<SigningKey> {
    return this.#read('');
  }

  async #readOrMake(): Promise<SigningKey> {
    const key = (await this.#get()) ?? (await this.#make());
    // told each time it is read: whoever made it may have ended before it could tell
    await this.#publish([key.public]);
    return key;
  }

  async #get(): Promise<SigningKey | undefined> {
    try {
      const { SecretString = '' } = await this.#client.send(new GetSecretValueCommand({ SecretId: this.#secret }));
      return Secret.safeParse(JSON.parse(SecretString)).data;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  async #make(): Promise<SigningKey> {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const publicJwk = await exportJWK(pair.publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    const key = {
      private: { ...(await exportJWK(pair.privateKey)), kid, alg: 'ES256' },
      public: { ...publicJwk, kid, alg: 'ES256', use: 'sig' },
    };
    try {
      await this.#client.send(
        new PutSecretValueCommand({
          SecretId: this.#secret,
          ClientRequestToken: FIRST_KEY_TOKEN,
          SecretString: JSON.stringify(key),
        }),
      );
      return key;
    } catch (error) {
      if (!(error instanceof ResourceExistsException)) throw error;
      const made = await this.#get();
      if (made === undefined) throw error;
      return made;
    }
  }
}

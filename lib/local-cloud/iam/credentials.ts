import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A key pair that the emulators accept. It means nothing outside this machine. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Key pairs by owner, made at first use and kept in one file, so that a signature made before a restart still holds. */
export class CredentialStore {
  readonly #path: string;
  readonly #secret: Buffer;

  /** `path` holds one random secret from which every key pair is derived; readable by its owner alone. */
  constructor(path: string) {
    this.#path = path;
    this.#secret = this.#read() ?? this.#make();
  }

  /** The key pair of `owner`, for example `app/SearchFunction`. */
  of(owner: string): Credentials {
    const derive = (use: string) => createHash('sha512').update(this.#secret).update(`${use}/${owner}`).digest();
    return {
      accessKeyId: `AKIA${base32(derive('id')).slice(0, 16)}`,
      secretAccessKey: derive('secret').toString('base64url').slice(0, 40),
    };
  }

  #read(): Buffer | undefined {
    try {
      return Buffer.from(readFileSync(this.#path, 'utf8'), 'base64');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  #make(): Buffer {
    const secret = randomBytes(32);
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(`${this.#path}.new`, secret.toString('base64'), {
      mode: 0o600,
    });
    renameSync(`${this.#path}.new`, this.#path);
    return secret;
  }
}

function base32(bytes: Uint8Array): string {
  return [...bytes].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte & 31]).join('');
}

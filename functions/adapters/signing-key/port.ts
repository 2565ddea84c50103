import type { JWK } from 'jose';

/** The key that sessions are signed with. */
export interface SigningKey {
  /** Private key, ES256, with its `kid`. */
  readonly private: JWK;
  readonly public: JWK;
}

export interface SigningKeys {
  /** The current key, made at first use. */
  current(): Promise<SigningKey>;
}

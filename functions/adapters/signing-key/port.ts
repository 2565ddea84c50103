import type { JWK } from 'jose';

/** The key that sessions are signed with. */
export interface SigningKey {
  /** Private key, ES256, with its `kid`. */
  readonly private: JWK;
  readonly public: JWK;
  /** Stays when the pair is rotated: what every instance derives the same from. */
  readonly derivation: string;
}

export interface SigningKeys {
  /** The current key, made at first use. */
  current(): Promise<SigningKey>;
  /**
   * Makes a new pair where the current one is older than this. The old one's public half stays known until the next time, so that what it
   * signed is good to its end.
   * @returns whether it did
   */
  rotate(olderThanMillis: number): Promise<boolean>;
}

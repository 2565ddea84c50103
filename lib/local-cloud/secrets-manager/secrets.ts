import { randomInt, randomUUID } from 'node:crypto';
import { AwsError } from '../aws-server/aws-error.ts';
import type { Secret, SecretStore, SecretValue, Tag, Version } from './secret-store.ts';

// https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
const MAX_VALUE_BYTES = 65_536;
const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';

/** What a new version is made of. */
export interface NewVersion {
  readonly token?: string | undefined;
  readonly value: SecretValue;
  readonly stages: readonly string[];
}

/** The rules of Secrets Manager about secrets, their versions and stages. */
export class Secrets {
  readonly #store: SecretStore;
  readonly #arnPrefix: string;
  readonly #now: () => number;

  constructor(store: SecretStore, arnPrefix: string, now: () => number) {
    this.#store = store;
    this.#arnPrefix = arnPrefix;
    this.#now = now;
  }

  /** @throws AwsError `ResourceNotFoundException` */
  find(id: string): Secret {
    const secret = this.#store.find(id, this.#now());
    if (secret === undefined) {
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    return secret;
  }

  /** As `find`, and the secret must not be marked as deleted. */
  findActive(id: string): Secret {
    const secret = this.find(id);
    if (secret.deletedMillis !== undefined) {
      throw invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
    }
    return secret;
  }

  /** ARN of a secret, or the one that a name would have, for asking whether the caller may. */
  arnOf(id: string): string {
    const secret = this.#store.find(id, this.#now());
    return secret?.arn ?? (id.startsWith('arn:') ? id : `${this.#arnPrefix}${id}-??????`);
  }

  list(): Secret[] {
    return this.#store.list();
  }

  versions(secret: Secret): Version[] {
    return this.#store.versions(secret.arn);
  }

  /** Creates a secret, with a first version if there is a value. The same request again is answered alike. */
  create(
    wanted: {
      readonly name: string;
      readonly arn?: string;
      readonly description?: string | undefined;
      readonly tags?: readonly Tag[] | undefined;
    },
    version: NewVersion | undefined,
  ): { readonly secret: Secret; readonly versionId: string | undefined } {
    return this.#store.transact(() => {
      const existing = this.#store.find(wanted.name, this.#now());
      if (existing !== undefined) {
        const same = this.versions(existing).find(({ id }) => id === version?.token);
        if (same !== undefined && version !== undefined && equal(same.value, version.value))
          return { secret: existing, versionId: same.id };
        if (existing.deletedMillis !== undefined) {
          throw invalidRequest(
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
          );
        }
        throw new AwsError(
          'ResourceExistsException',
          `The operation failed because the secret ${wanted.name} already exists.`,
        );
      }
      const secret: Secret = {
        arn: wanted.arn ?? `${this.#arnPrefix}${wanted.name}-${randomEnd()}`,
        name: wanted.name,
        description: wanted.description,
        tags: wanted.tags ?? [],
        createdMillis: this.#now(),
        changedMillis: this.#now(),
        deletedMillis: undefined,
        recoverableUntilMillis: undefined,
      };
      this.#store.save(secret);
      return {
        secret,
        versionId: version && this.#addVersion(secret, version),
      };
    });
  }

  /** Adds a version and moves its stages to it. A token seen before with the same value changes nothing. */
  put(id: string, version: NewVersion): { readonly secret: Secret; readonly version: Version } {
    return this.#store.transact(() => {
      const secret = this.findActive(id);
      const versionId = this.#addVersion(secret, version);
      const added = this.versions(secret).find((one) => one.id === versionId);
      if (added === undefined) throw new Error(`version ${versionId} was not kept`);
      return { secret, version: added };
    });
  }

  change(id: string, changes: Partial<Pick<Secret, 'description' | 'tags'>>): Secret {
    return this.#store.transact(() => {
      const secret = {
        ...this.findActive(id),
        ...changes,
        changedMillis: this.#now(),
      };
      this.#store.save(secret);
      return secret;
    });
  }

  /** Marks a secret as deleted for so many days, or deletes it at once for 0. @returns it and when it is gone, in Unix milliseconds */
  delete(id: string, recoveryDays: number): { readonly secret: Secret; readonly goneMillis: number } {
    return this.#store.transact(() => {
      const secret = recoveryDays === 0 ? this.find(id) : this.findActive(id);
      const goneMillis = this.#now() + recoveryDays * 86_400_000;
      if (recoveryDays === 0) this.#store.remove(secret.arn);
      else
        this.#store.save({
          ...secret,
          deletedMillis: this.#now(),
          recoverableUntilMillis: goneMillis,
        });
      return { secret, goneMillis };
    });
  }

  restore(id: string): Secret {
    return this.#store.transact(() => {
      const secret = {
        ...this.find(id),
        deletedMillis: undefined,
        recoverableUntilMillis: undefined,
      };
      this.#store.save(secret);
      return secret;
    });
  }

  /** The version by its id, by its stage, or the current one. @throws AwsError `ResourceNotFoundException` */
  version(secret: Secret, id: string | undefined, stage: string | undefined): Version {
    const wantedStage = stage ?? (id === undefined ? CURRENT : undefined);
    const found = this.versions(secret).find(
      (version) =>
        (id === undefined || version.id === id) && (wantedStage === undefined || version.stages.includes(wantedStage)),
    );
    if (found !== undefined) return found;
    const what = id === undefined ? `staging label: ${wantedStage}` : `VersionId: ${id}`;
    throw new AwsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${what}`,
    );
  }

  /** Moves a stage between versions. */
  moveStage(id: string, stage: string, from: string | undefined, to: string | undefined): Secret {
    return this.#store.transact(() => {
      const secret = this.findActive(id);
      const holder = this.versions(secret).find(({ stages }) => stages.includes(stage))?.id;
      if (holder !== from && (from !== undefined || holder !== to)) {
        throw new AwsError(
          'InvalidParameterException',
          `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
        );
      }
      if (to === undefined) this.#store.removeStage(secret.arn, stage);
      else this.#moveTo(secret, this.version(secret, to, undefined).id, [stage]);
      return secret;
    });
  }

  #addVersion(secret: Secret, { token, value, stages }: NewVersion): string {
    if (('text' in value ? Buffer.byteLength(value.text) : value.bytes.length) > MAX_VALUE_BYTES) {
      throw new AwsError(
        'ValidationException',
        `1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to ${MAX_VALUE_BYTES}`,
      );
    }
    const id = token ?? randomUUID();
    const existing = this.versions(secret).find((version) => version.id === id);
    if (existing !== undefined) {
      if (equal(existing.value, value)) return id;
      throw new AwsError(
        'ResourceExistsException',
        `A resource with the ID you requested already exists: version ${id} of the secret holds another value.`,
      );
    }
    this.#store.addVersion(secret.arn, id, value, this.#now());
    // the first version is current whatever it was asked to be, as a secret without a current version cannot be read
    this.#moveTo(secret, id, this.versions(secret).length === 1 ? [...new Set([...stages, CURRENT])] : stages);
    this.#store.save({ ...secret, changedMillis: this.#now() });
    return id;
  }

  #moveTo(secret: Secret, version: string, stages: readonly string[]): void {
    const current = this.versions(secret).find((one) => one.stages.includes(CURRENT))?.id;
    for (const stage of stages) this.#store.setStage(secret.arn, stage, version);
    if (stages.includes(CURRENT) && current !== undefined && current !== version)
      this.#store.setStage(secret.arn, PREVIOUS, current);
  }
}

const invalidRequest = (message: string) => new AwsError('InvalidRequestException', message);

function equal(a: SecretValue, b: SecretValue): boolean {
  if ('text' in a) return 'text' in b && a.text === b.text;
  return 'bytes' in b && Buffer.compare(a.bytes, b.bytes) === 0;
}

/** The six characters that AWS puts behind a name, so that a name used again is another ARN. */
function randomEnd(): string {
  const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 6 }, () => characters[randomInt(characters.length)]).join('');
}

import { z } from 'zod';
import { SCOPES } from '../../core/permissions.ts';
import { ProjectId } from '../../core/project.ts';
import type { Write } from '../audit-trail/dynamodb.ts';
import type { AuditEvent } from '../audit-trail/port.ts';
import { directoryKeys, SELF } from '../directory/keys.ts';
import type { StoredKey } from '../directory/port.ts';
import { projectKeys } from './membership.ts';
import type { ApiKeys, KeyEntry } from './port.ts';
import type { DirectoryTable } from './table.ts';

const KeyItem = z
  .object({
    id: z.string(),
    name: z.string(),
    project: ProjectId,
    scopes: z.array(z.enum(SCOPES)),
    prefix: z.string(),
    created_at: z.string(),
    ends_at: z.number().optional(),
    replaced_by: z.string().optional(),
  })
  .transform(
    ({ created_at, ends_at, replaced_by, ...key }): KeyEntry => ({
      ...key,
      createdAt: created_at,
      ...(ends_at !== undefined && { expiresAt: ends_at }),
      ...(replaced_by !== undefined && { replacedBy: replaced_by }),
    }),
  );

/** Keys of projects in the directory table: once by id for what proves requests, once by project for its list. */
export class DynamoDbApiKeys implements ApiKeys {
  readonly #table: DirectoryTable;

  constructor(table: DirectoryTable) {
    this.#table = table;
  }

  async create(key: StoredKey, entry: KeyEntry, audit: AuditEvent): Promise<void> {
    await this.#table.write(this.#toCreate(key, entry), audit, 'key exists already');
  }

  async list(project: ProjectId): Promise<readonly KeyEntry[]> {
    const keys = (await this.#table.query(projectKeys.keys(project))).map((item) => KeyItem.parse(item));
    return keys.sort((a, b) => a.createdAt.localeCompare(b.createdAt) || (a.id < b.id ? -1 : 1));
  }

  async find(project: ProjectId, id: string): Promise<KeyEntry | undefined> {
    return KeyItem.safeParse(await this.#table.get(projectKeys.keys(project), id)).data;
  }

  async replace(old: KeyEntry, endsAt: number, key: StoredKey, entry: KeyEntry, audit: AuditEvent): Promise<void> {
    await this.#table.write(
      [
        ...this.#toCreate(key, entry),
        this.#table.toUpdate(directoryKeys.apiKey(old.id), SELF, { ends_at: endsAt }),
        this.#table.toUpdate(
          projectKeys.keys(old.project),
          old.id,
          { ends_at: endsAt, replaced_by: key.id },
          { expression: 'attribute_exists(pk) AND attribute_not_exists(replaced_by)' },
        ),
      ],
      audit,
      'the key was revoked or rotated at the same time',
    );
  }

  async revoke({ id, project }: KeyEntry, audit: AuditEvent): Promise<void> {
    await this.#table.write(
      [this.#table.toDelete(directoryKeys.apiKey(id), SELF), this.#table.toDelete(projectKeys.keys(project), id)],
      audit,
      'the key was revoked at the same time',
    );
  }

  #toCreate({ hash, ...key }: StoredKey, { prefix, createdAt, expiresAt }: KeyEntry): Write[] {
    const shared = {
      id: key.id,
      name: key.name,
      project: key.project,
      scopes: key.scopes,
      // not `expires_at`, at which the table forgets an item: a list shows keys that have ended
      ...(expiresAt !== undefined && { ends_at: expiresAt }),
    };
    return [
      this.#table.toPutNew(directoryKeys.apiKey(key.id), SELF, { ...shared, hash }),
      this.#table.toPutNew(projectKeys.keys(key.project), key.id, { ...shared, prefix, created_at: createdAt }),
    ];
  }
}

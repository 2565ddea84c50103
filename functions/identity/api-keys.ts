import type { KeyEntry } from '../adapters/accounts/port.ts';
import type { StoredKey } from '../adapters/directory/port.ts';
import { hashApiKey, makeApiKey } from '../core/api-key.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import type { Scope } from '../core/permissions.ts';
import { closeViewers } from './close-viewers.ts';
import type { ApiKeyEntry, CreateApiKeyRequest, CreatedApiKey, RotateApiKeyRequest } from './keys-api.ts';
import type { IdentityParts } from './parts.ts';

const DAY_SECONDS = 86_400;
/** `trb_`, the stage and the id: enough to know a key by, nothing to use it with. */
const SHOWN = /^trb_[a-z0-9]+_[a-z2-7]{6}/;

/** `GET /keys` */
export const makeListApiKeys =
  ({ keys, keyUses }: IdentityParts) =>
  async (_input: undefined, { caller }: AuthenticatedCall) => {
    const found = await keys.list(caller.project);
    const uses = await keyUses.read(found.map(({ id }) => id));
    const items = found.map((key) => toWire(key, uses.get(key.id)));
    return { items, total: items.length };
  };

/** `POST /keys`: nobody gives a key more than they have. */
export const makeCreateApiKey =
  ({ keys, stage, now }: IdentityParts) =>
  async ({ name, scopes, expires_in_days }: CreateApiKeyRequest, call: AuthenticatedCall): Promise<CreatedApiKey> => {
    refuseMore(scopes, call);
    const made = makeKey({ stage, now }, call, {
      name,
      scopes: [...new Set(scopes)],
      ...(expires_in_days !== undefined && {
        expiresAt: Math.floor(now() / 1000) + expires_in_days * DAY_SECONDS,
      }),
    });
    await keys.create(made.stored, made.entry, {
      ...toAudit(call, made.entry.id, 'created'),
      newValues: { name, scopes },
    });
    return { ...toWire(made.entry), key: made.key };
  };

/** `POST /keys/{id}/rotate`: a key of the same name and scopes; the old one ends after the overlap, or before where it was to. */
export const makeRotateApiKey =
  (parts: IdentityParts) =>
  async ({ id, overlap_minutes }: RotateApiKeyRequest, call: AuthenticatedCall): Promise<CreatedApiKey> => {
    const { keys, stage, now } = parts;
    const old = await keys.find(call.caller.project, id);
    if (old === undefined) throw noKey();
    if (old.replacedBy !== undefined) throw new Failure('conflict', `the key was rotated before, to ${old.replacedBy}`);
    refuseMore(old.scopes, call);
    const seconds = Math.floor(now() / 1000);
    const ends = Math.min(old.expiresAt ?? Number.POSITIVE_INFINITY, seconds + overlap_minutes * 60);
    const lasts = old.expiresAt === undefined ? undefined : old.expiresAt - Date.parse(old.createdAt) / 1000;
    const { name, scopes } = old;
    const made = makeKey({ stage, now }, call, {
      name,
      scopes,
      // as long as the old one was made for
      ...(lasts !== undefined && { expiresAt: Math.floor(seconds + lasts) }),
    });
    await keys.replace(old, ends, made.stored, made.entry, {
      ...toAudit(call, id, 'rotated'),
      newValues: { replaced_by: made.entry.id, ends_at: new Date(ends * 1000).toISOString() },
    });
    // those that come again by the old key within its overlap end with it
    await closeViewers(parts, id);
    return { ...toWire(made.entry), key: made.key };
  };

/** `DELETE /keys/{id}` */
export const makeRevokeApiKey =
  (parts: IdentityParts) =>
  async ({ id }: { id: string }, call: AuthenticatedCall): Promise<undefined> => {
    const key = await parts.keys.find(call.caller.project, id);
    if (key === undefined) throw noKey();
    await parts.keys.revoke(key, {
      ...toAudit(call, id, 'revoked'),
      oldValues: { name: key.name, scopes: key.scopes },
    });
    await closeViewers(parts, id);
  };

const noKey = () => new Failure('not_found', 'there is no such key');

/** @throws Failure `forbidden` */
function refuseMore(scopes: readonly Scope[], { caller }: AuthenticatedCall): void {
  const beyond = scopes.find((scope) => !caller.scopes.has(scope));
  if (beyond !== undefined) throw new Failure('forbidden', `you do not have the scope "${beyond}" yourself`);
}

function makeKey(
  { stage, now }: Pick<IdentityParts, 'stage' | 'now'>,
  { caller }: AuthenticatedCall,
  members: Pick<StoredKey, 'name' | 'scopes' | 'expiresAt'>,
): { readonly key: string; readonly stored: StoredKey; readonly entry: KeyEntry } {
  const { key, id } = makeApiKey(stage);
  const shared = { id, project: caller.project, ...members };
  return {
    key,
    stored: { ...shared, hash: hashApiKey(key) },
    entry: { ...shared, prefix: SHOWN.exec(key)?.[0] ?? '', createdAt: new Date(now()).toISOString() },
  };
}

const toAudit = (call: AuthenticatedCall, id: string, change: 'created' | 'rotated' | 'revoked') => ({
  ...auditOf(call, call.caller.project, actorOf(call)),
  action: `api_key.${change}`,
  entityType: 'api_key',
  entityId: id,
  result: 'success' as const,
});

const toWire = ({ project, createdAt, expiresAt, replacedBy, ...key }: KeyEntry, lastUsedAt?: string): ApiKeyEntry => ({
  ...key,
  scopes: [...key.scopes],
  project_id: project,
  created_at: createdAt,
  ...(expiresAt !== undefined && { expires_at: new Date(expiresAt * 1000).toISOString() }),
  ...(lastUsedAt !== undefined && { last_used_at: lastUsedAt }),
  ...(replacedBy !== undefined && { replaced_by: replacedBy }),
});

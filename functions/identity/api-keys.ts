import type { KeyEntry } from '../adapters/accounts/port.ts';
import { hashApiKey, makeApiKey } from '../core/api-key.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import type { ApiKeyEntry, CreateApiKeyRequest } from './keys-api.ts';
import type { IdentityParts } from './parts.ts';

const DAY_SECONDS = 86_400;
/** `trb_`, the stage and the id: enough to know a key by, nothing to use it with. */
const SHOWN = /^trb_[a-z0-9]+_[a-z2-7]{6}/;

/** `GET /keys` */
export const makeListApiKeys =
  ({ accounts }: IdentityParts) =>
  async (_input: undefined, { caller }: AuthenticatedCall) => {
    const items = (await accounts.listKeys(caller.project)).map(toWire);
    return { items, total: items.length };
  };

/** `POST /keys`: nobody gives a key more than they have. */
export const makeCreateApiKey =
  ({ accounts, stage, now }: IdentityParts) =>
  async ({ name, scopes, expires_in_days }: CreateApiKeyRequest, call: AuthenticatedCall) => {
    const beyond = scopes.find((scope) => !call.caller.scopes.has(scope));
    if (beyond !== undefined) throw new Failure('forbidden', `you do not have the scope "${beyond}" yourself`);
    const { key, id } = makeApiKey(stage);
    const project = call.caller.project;
    const expires =
      expires_in_days === undefined
        ? {}
        : {
            expiresAt: Math.floor(now() / 1000) + expires_in_days * DAY_SECONDS,
          };
    const shared = {
      id,
      name,
      project,
      scopes: [...new Set(scopes)],
      ...expires,
    };
    const entry: KeyEntry = {
      ...shared,
      prefix: SHOWN.exec(key)?.[0] ?? '',
      createdAt: new Date(now()).toISOString(),
    };
    await accounts.createKey({ ...shared, hash: hashApiKey(key) }, entry, {
      ...auditOf(call, project, actorOf(call)),
      action: 'api_key.created',
      entityType: 'api_key',
      entityId: id,
      result: 'success',
      newValues: { name, scopes },
    });
    return { ...toWire(entry), key };
  };

/** `DELETE /keys/{id}` */
export const makeRevokeApiKey =
  ({ accounts }: IdentityParts) =>
  async ({ id }: { id: string }, call: AuthenticatedCall): Promise<undefined> => {
    const revoked = await accounts.revokeKey(call.caller.project, id, {
      ...auditOf(call, call.caller.project, actorOf(call)),
      action: 'api_key.revoked',
      entityType: 'api_key',
      entityId: id,
      result: 'success',
    });
    if (!revoked) throw new Failure('not_found', 'there is no such key');
  };

function toWire({ project, createdAt, expiresAt, ...key }: KeyEntry): ApiKeyEntry {
  return {
    ...key,
    scopes: [...key.scopes],
    project_id: project,
    created_at: createdAt,
    ...(expiresAt !== undefined && {
      expires_at: new Date(expiresAt * 1000).toISOString(),
    }),
  };
}

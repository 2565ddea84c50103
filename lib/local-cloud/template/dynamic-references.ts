import type { Place } from './template-error.ts';
import { TemplateError, within } from './template-error.ts';

/** Reads a secret: its whole value, or the member `key` of a JSON one. */
export type ReadSecret = (secretId: string, key: string | undefined) => Promise<string>;

const REFERENCE = /\{\{resolve:([^:}]+):([^}]*)\}\}/g;

/**
 * The value with `{{resolve:secretsmanager:<id or ARN>:SecretString:<key>::}}` replaced everywhere inside
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html).
 * @throws TemplateError for a reference to anything else
 */
export async function resolveReferences(value: unknown, readSecret: ReadSecret, place: Place): Promise<unknown> {
  if (typeof value === 'string') {
    let resolved = value;
    for (const [reference, service, rest = ''] of value.matchAll(REFERENCE)) {
      if (service !== 'secretsmanager')
        throw new TemplateError(place, `dynamic reference to ${service} is not known here`);
      const [, id = rest, key] =
        /^(arn:[^:]*:[^:]*:[^:]*:[^:]*:[^:]*:[^:]+|[^:]+)(?::SecretString(?::([^:]*)(?::.*)?)?)?$/.exec(rest) ?? [];
      const secret = await readSecret(id, key === '' ? undefined : key);
      resolved = resolved.replace(reference, () => secret);
    }
    return resolved;
  }
  if (Array.isArray(value)) {
    return Promise.all(value.map((item, index) => resolveReferences(item, readSecret, within(place, index))));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    async ([key, inner]) => [key, await resolveReferences(inner, readSecret, within(place, key))] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Stands where a secret stood. */
export const MASKED = '[masked]';

/** Names of members that hold secrets, whatever their style: `apiKey`, `api_key`, `X-API-Key`. */
const SECRET_NAME =
  /^(?:.*[._-])?(?:pass(?:word|wd|phrase)?|pwd|secret|token|api-?key|access-?key|private-?key|signing-?key|credentials?|authorization|cookie|set-cookie)$/;
/** Texts that are secrets by their form: our API keys, JWTs, bearer and basic credentials, private keys in PEM, passwords in URLs. */
const SECRET_TEXT =
  /\btrb_[a-z0-9]+_[\w-]{16,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\b(?:bearer|basic)\s+[\w.~+/=-]{12,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?|(?<=\/\/[^\s/:@]{0,64}:)[^\s/@]{1,256}(?=@)/gi;

/** A value with every secret in it masked, at any depth: members by their names, texts by their forms. */
export function maskSecrets<T>(value: T): T {
  return mask(value, '') as T;
}

/** A field of a query, its operator, and its value: a word, a text in quotes, an expression in slashes or a group in parentheses. */
const FIELD_VALUE =
  /(?<![\w.@-])([\w.@-]+)("?\s*[:=]\s*[<>=~!]*\s*)("(?:[^"\\]|\\.)*"?|\/(?:[^/\\]|\\.)*\/?|\([^)]*\)?|[^\s()]+)/g;

/** The text of a query with what is compared to a secret masked, and every text that is one by its form. */
export const maskQuery = (query: string): string =>
  maskSecrets(
    query.replace(FIELD_VALUE, (whole, name: string, operator: string) =>
      isSecretName(name) ? `${name}${operator}${MASKED}` : whole,
    ),
  );

/** Whether what goes by this name is a secret. */
export const isSecretName = (name: string): boolean =>
  SECRET_NAME.test(
    name
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replaceAll('_', '-')
      .toLowerCase(),
  );

function mask(value: unknown, name: string): unknown {
  if (value === undefined || value === null || typeof value === 'boolean') return value;
  if (name !== '' && isSecretName(name)) return MASKED;
  if (typeof value === 'string') return value.replace(SECRET_TEXT, MASKED);
  if (Array.isArray(value)) return value.map((member) => mask(member, ''));
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mask(member, key)]));
}

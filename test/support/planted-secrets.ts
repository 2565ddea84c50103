import { Random } from '../../functions/ingest/generator/random.ts';

/** A line with one secret in it, made from a seed; nothing of it looks like a secret in this source. */
export interface Planted {
  readonly kind: string;
  readonly line: string;
  /** What must not be stored. */
  readonly secret: string;
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const ALNUM = LOWER + UPPER + DIGITS;

type Make = (random: Random) => { readonly text: string; readonly secret: string };

const text = (random: Random, length: number, alphabet = ALNUM): string =>
  Array.from({ length }, () => alphabet[random.int(0, alphabet.length - 1)]).join('');
const base64Url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const alone = (secret: string) => ({ text: secret, secret });

/** Digits with a right last one (Luhn). */
function card(random: Random, prefix: string, length: number): string {
  const stem = prefix + text(random, length - prefix.length - 1, DIGITS);
  const sum = [...stem].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return stem + String((10 - (sum % 10)) % 10);
}

const password = (random: Random): string =>
  random.pick([
    () => text(random, random.int(6, 20)),
    () => `${text(random, 8, LOWER)}${random.pick(['!', '@', '#', '$', '%', '^', '*'])}${text(random, 3, DIGITS)}`,
    () => `${text(random, 5, UPPER)}-${text(random, 5)}-${text(random, 5)}`,
  ])();

const named = (random: Random, names: readonly [string, ...string[]], secret: string) => {
  const name = random.pick(names);
  const form = random.pick([
    `${name}=${secret}`,
    `${name}="${secret}"`,
    `"${name}":"${secret}"`,
    `"${name}": "${secret}"`,
    `'${name}': '${secret}'`,
    `${name}: ${secret}`,
    `GET /login?user=a&${name}=${encodeURIComponent(secret)}&next=1`,
    `payload={\\"${name}\\":\\"${secret}\\"}`,
    `${name} = ${secret}`,
  ]);
  return { text: form, secret: form.includes('GET ') ? encodeURIComponent(secret) : secret };
};

/** What is planted, by kind. */
export const KINDS: Readonly<Record<string, Make>> = {
  'AWS access key id': (random) => alone(`${random.pick(['AK', 'AS'])}IA${text(random, 16, `${UPPER}234567`)}`),
  'AWS secret key': (random) =>
    named(random, ['aws_secret_access_key', 'SecretAccessKey', 'AWS_SECRET_ACCESS_KEY'], text(random, 40)),
  'AWS session token': (random) => named(random, ['aws_session_token', 'SessionToken'], text(random, 120)),
  'Google API key': (random) => alone(`AI${'za'}${text(random, 35)}`),
  'Google OAuth token': (random) => alone(`ya${'29'}.${text(random, 60)}`),
  'Azure storage key': (random) => {
    const secret = `${text(random, 86)}==`;
    return { text: `DefaultEndpointsProtocol=https;AccountName=store;AccountKey=${secret};EndpointSuffix=x`, secret };
  },
  'Azure SAS': (random) => {
    const secret = `${text(random, 43)}%3D`;
    return { text: `https://a.blob.core.windows.net/c/b?sv=2023-01-03&sig=${secret}&se=2026`, secret };
  },
  'GitHub token': (random) => alone(`gh${random.pick(['p', 'o', 's', 'u'])}_${text(random, 36)}`),
  'GitHub fine-grained token': (random) => alone(`github_${'pat'}_${text(random, 22)}_${text(random, 59)}`),
  'GitLab token': (random) => alone(`gl${'pat'}-${text(random, 20)}`),
  'Slack token': (random) => alone(`xo${'xb'}-${text(random, 12, DIGITS)}-${text(random, 24)}`),
  'Slack webhook': (random) => {
    const secret = `T${text(random, 8, UPPER)}/B${text(random, 8, UPPER)}/${text(random, 24)}`;
    return { text: `https://hooks.${'slack'}.com/services/${secret}`, secret };
  },
  'Stripe key': (random) => alone(`${random.pick(['sk', 'rk'])}_${'live'}_${text(random, 24)}`),
  'SendGrid key': (random) => alone(`S${'G'}.${text(random, 22)}.${text(random, 43)}`),
  'Twilio key': (random) => alone(`S${'K'}${random.hex(32)}`),
  'npm token': (random) => alone(`np${'m'}_${text(random, 36)}`),
  'PyPI token': (random) => alone(`py${'pi'}-${text(random, 120)}`),
  'OpenAI key': (random) => alone(`s${'k'}-proj-${text(random, 48)}`),
  'Vault token': (random) => alone(`hv${'s'}.${text(random, 90)}`),
  'Databricks token': (random) => alone(`da${'pi'}${random.hex(32)}`),
  'Telegram token': (random) => {
    const secret = `${'A'}A${text(random, 33)}`;
    return { text: `https://api.telegram.org/bot${text(random, 9, '123456789')}:${secret}/send`, secret };
  },
  'Docker token': (random) => alone(`dck${'r'}_pat_${text(random, 27)}`),
  JWT: (random) =>
    alone(
      `${base64Url({ alg: 'RS256', typ: 'JWT', kid: text(random, 8) })}.${base64Url({ sub: text(random, 8), exp: random.int(1, 1e9) })}.${text(random, 86)}`,
    ),
  'private key': (random) => {
    const secret = text(random, 64);
    const kind = random.pick(['RSA ', 'EC ', '', 'OPENSSH ']);
    const end = random.pick(['\\n', ' ']);
    return {
      text: `-----${'BEGIN'} ${kind}PRIVATE KEY-----${end}${secret}${end}${text(random, 64)}${end}-----END ${kind}PRIVATE KEY-----`,
      secret,
    };
  },
  'database URL': (random) => {
    const secret = text(random, random.int(8, 20));
    const scheme = random.pick(['postgres', 'mysql', 'mongodb+srv', 'amqp', 'redis', 'https']);
    return { text: `${scheme}://${random.pick(['app', 'admin', ''])}:${secret}@db-1.internal:5432/x`, secret };
  },
  'ADO connection string': (random) => {
    const secret = password(random);
    return {
      text: `Server=tcp:db,1433;Database=x;User ID=app;${random.pick(['Password', 'Pwd'])}=${secret};Encrypt=True`,
      secret,
    };
  },
  password: (random) =>
    named(
      random,
      ['password', 'passwd', 'PASSWORD', 'db_password', 'userPassword', 'new_password', 'passphrase'],
      password(random),
    ),
  secret: (random) =>
    named(
      random,
      ['client_secret', 'secret', 'APP_SECRET', 'clientSecret'],
      `${text(random, 18)}${random.int(10, 99)}`,
    ),
  token: (random) =>
    named(
      random,
      ['access_token', 'token', 'refreshToken', 'auth_token', 'X-Auth-Token'],
      `${text(random, 22)}${random.int(10, 99)}`,
    ),
  'API key': (random) =>
    named(
      random,
      ['api_key', 'apikey', 'X-Api-Key', 'apiKey', 'encryption-key'],
      `${text(random, 26)}${random.int(10, 99)}`,
    ),
  'bearer header': (random) => {
    const secret = text(random, 40);
    return {
      text: random.pick([
        `Authorization: Bearer ${secret}`,
        `authorization=bearer ${secret}`,
        `Using bearer ${secret}`,
      ]),
      secret,
    };
  },
  'basic header': (random) => {
    const secret = Buffer.from(`${text(random, 6)}:${text(random, 12)}`)
      .toString('base64')
      .replace(/=+$/, '');
    return { text: random.pick([`Authorization: Basic ${secret}`, `"Authorization":"Basic ${secret}"`]), secret };
  },
  'card, digits alone': (random) =>
    alone(
      random.pick([card(random, '4', 16), card(random, '52', 16), card(random, '37', 15), card(random, '6011', 16)]),
    ),
  'card, in groups': (random) => {
    const digits = random.pick([card(random, '4', 16), card(random, '55', 16)]);
    return alone(digits.match(/\d{4}/g)?.join(random.pick([' ', '-'])) ?? '');
  },
};

/** Lines of the hosts, each with a secret of one kind at its front, its end or between two words, or as a member of JSON. */
export function plantSecrets(hosts: readonly string[], each: number, seed: number): readonly Planted[] {
  const random = new Random(seed);
  return Object.entries(KINDS).flatMap(([kind, make]) =>
    Array.from({ length: each }, (): Planted => {
      const host = hosts[random.int(0, hosts.length - 1)] ?? '';
      const { text: planted, secret } = make(random);
      const words = host.split(' ');
      const at = random.int(0, words.length);
      if (random.chance(0.25)) return { kind, secret, line: JSON.stringify({ message: host, detail: planted }) };
      return { kind, secret, line: [...words.slice(0, at), planted, ...words.slice(at)].join(' ') };
    }),
  );
}

/** Lines that hold no secret and much that looks a little like one. */
export function makeCleanLines(count: number, seed: number): readonly string[] {
  const random = new Random(seed);
  const uuid = () => [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
  const forms: readonly [() => string, ...(() => string)[]] = [
    () => `request ${uuid()} took ${random.int(1, 900)} ms, trace_id=${random.hex(32)} span_id=${random.hex(16)}`,
    () =>
      `{"level":"info","msg":"token refreshed","token_type":"bearer","expires_in":3600,"tokens":${random.int(1, 9e5)}}`,
    () => `pulled image registry/app@sha256:${random.hex(64)} in ${random.int(1, 60)}s`,
    () =>
      `Failed password for invalid user admin from 10.0.0.${random.int(1, 250)} port ${random.int(1024, 65_535)} ssh2`,
    () => `commit ${random.hex(40)} by ${text(random, 8, LOWER)}: reset password page`,
    () =>
      `order ${text(random, 12, DIGITS)} paid at ${1_795_226_956_562 + random.int(0, 1e9)} ns=${1_795_226_956}${text(random, 9, DIGITS)}`,
    () =>
      `prompt_tokens=${random.int(1, 5000)} completion_tokens=${random.int(1, 900)} max_token_count: ${random.int(1, 90)}`,
    () =>
      `GET /api/v1/users/${random.int(1, 1e6)}?page=${random.int(1, 50)}&sort=key&key=name 200 ${random.int(1, 9000)}`,
    () =>
      `kubelet: MountVolume.SetUp succeeded for volume "kube-api-access-${text(random, 5, LOWER)}" pod "web-${random.hex(8)}"`,
    () =>
      `SyntaxError: Unexpected token ${random.pick(['<', '}', 'in', ';'])} in JSON at position ${random.int(0, 900)}`,
    () => `secret "default/tls-${text(random, 5, LOWER)}" not found, retry in ${random.int(1, 60)}s`,
    () =>
      `Authorization failed: user ${text(random, 6, LOWER)} lacks role, key=${text(random, 8, LOWER)} author: ${text(random, 6, LOWER)}`,
    () => `connect to https://host-${random.int(1, 99)}.example.com:8443/path@${random.int(1, 9)} ok`,
    () =>
      `etag "${random.hex(32)}" size ${random.int(1, 1e9)} mtime 2026-11-21 10:${random.int(10, 59)}:${random.int(10, 59)}`,
    () => `snowflake 1${text(random, 18, DIGITS)} shard ${random.int(0, 99)} checksum ${text(random, 20)}`,
    () => `password: required; passwordless login enabled, bypass=true pass=${random.int(1, 99)} fail=0`,
  ];
  return Array.from({ length: count }, () => random.pick(forms)());
}

import type { SanitiseAction } from '../settings-api.ts';
import { WORD_BEGINS } from './word.ts';

/** What a rule looks for: credentials, payment cards, or what belongs to a person. */
export type RuleGroup = 'secret' | 'card' | 'personal';

/** A rule that is always there, whatever a project does with its matches. */
export interface Rule {
  /** Stands in the place of what it found, and counts it. */
  readonly name: string;
  readonly title: string;
  readonly group: RuleGroup;
}

/** A credential that is known by its form alone. */
export interface TokenRule extends Rule {
  /** What every match has one of, in the notation of `anchors.ts`. */
  readonly anchors: readonly string[];
  /** Sticky at the anchor; its group that matched is the secret, or all of it where it has none. Every repeat is bounded. */
  readonly form: RegExp;
  /** Characters before the anchor that belong to the secret. */
  readonly before: number;
}

const token = (name: string, title: string, anchors: string, form: RegExp, before = 0): TokenRule => ({
  name,
  title,
  group: 'secret',
  anchors: anchors.split(' '),
  form,
  before,
});

/** Not inside a longer word. */
const whole = (source: string): RegExp => new RegExp(`${WORD_BEGINS}(?:${source})(?![A-Za-z0-9])`, 'dy');

/** Credentials by their issuers' published forms. */
export const TOKEN_RULES: readonly TokenRule[] = [
  token('aws-access-key-id', 'AWS access key id', 'akia asia abia acca', whole('A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}')),
  token(
    'aws-signature',
    'Signature of a presigned AWS request',
    'x-amz-signature',
    /(?<![\w-])x-amz-signature(?:=|%3D)([0-9a-f]{64})(?![0-9a-f])/diy,
  ),
  token('gcp-api-key', 'Google API key', 'aiza', whole('AIza[\\w-]{35}')),
  token(
    'gcp-oauth',
    'Google OAuth token or client secret',
    'ya29 gocs',
    whole('ya29\\.[\\w-]{20,1000}|GOCSPX-[\\w-]{28}'),
  ),
  token('azure-sas', 'Signature of an Azure shared access', 'sig=', /(?<=[?&;]|\\u0026|%26)sig=([\w%+/=-]{40,200})/diy),
  token(
    'github-token',
    'GitHub token',
    'ghp_ gho_ ghu_ ghs_ ghr_ github_pat_',
    whole('gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}'),
  ),
  token('gitlab-token', 'GitLab token', 'glpat glptt gldt glrt', whole('gl(?:pat|ptt|dt|rt)-[\\w-]{20,64}')),
  token('slack-token', 'Slack token', '?xox xapp', whole('xox[abeoprs]-[\\w-]{10,250}|xapp-\\d-[\\w-]{10,250}')),
  token(
    'slack-webhook',
    'Slack webhook',
    'hooks.slack',
    /hooks\.slack\.com\\?\/(?:services|workflows)\\?\/([A-Za-z0-9+/\\]{20,100})/diy,
  ),
  token(
    'discord-webhook',
    'Discord webhook',
    'webhooks/',
    /(?<=discord(?:app)?\.com\\?\/api\\?\/)webhooks\\?\/\d{17,20}\\?\/([\w-]{60,80})/diy,
  ),
  token(
    'stripe-key',
    'Stripe key',
    'sk_l sk_t rk_l rk_t whse',
    whole('[sr]k_(?:live|test)_[A-Za-z0-9]{16,250}|whsec_[A-Za-z0-9+/]{24,100}'),
  ),
  token('square-token', 'Square token', 'sq0a sq0c', whole('sq0(?:atp|csp)-[\\w-]{22,43}')),
  token('shopify-token', 'Shopify token', 'shpa shps shpc shpp', whole('shp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}')),
  token('twilio-key', 'Twilio key', '?sk#', whole('SK[0-9a-f]{32}')),
  token('sendgrid-key', 'SendGrid key', '?sg.', whole('SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}')),
  token('mailgun-key', 'Mailgun key', 'key-', whole('key-[0-9a-f]{32}')),
  token('mailchimp-key', 'Mailchimp key', '?-us', /(?<=(?<![A-Za-z0-9])[0-9a-f]{32})-us\d{1,2}(?!\w)/dy, 32),
  token('telegram-token', 'Telegram bot token', '?:aa', /(?<=(?<!\d)\d{8,10}):(AA[\w-]{33})(?![\w-])/dy),
  token(
    'openai-key',
    'OpenAI or Anthropic key',
    '?sk-',
    whole('sk-(?:proj-|svcacct-|admin-|ant-(?:api|admin)\\d\\d-)?[\\w-]{20,250}'),
  ),
  token('huggingface-token', 'Hugging Face token', '?hf_', whole('hf_[A-Za-z]{30,40}')),
  token('npm-token', 'npm token', 'npm_', whole('npm_[A-Za-z0-9]{36}')),
  token('pypi-token', 'PyPI token', 'pypi', whole('pypi-[\\w-]{40,250}')),
  token('rubygems-token', 'RubyGems token', 'ruby', whole('rubygems_[0-9a-f]{48}')),
  token('docker-token', 'Docker token', 'dckr', whole('dckr_(?:pat|oat)_[\\w-]{20,64}')),
  token('digitalocean-token', 'DigitalOcean token', 'dop_ doo_ dor_', whole('do[opr]_v1_[0-9a-f]{64}')),
  token('databricks-token', 'Databricks token', 'dapi', whole('dapi[0-9a-f]{32}(?:-\\d)?')),
  token('vault-token', 'HashiCorp Vault token', 'hvs. hvb. hvr.', whole('hv[sbr]\\.[\\w-]{24,250}')),
  token('terraform-token', 'HashiCorp Terraform token', '.atl', /(?<=(?<!\w)\w{14})\.atlasv1\.[\w-]{60,70}/dy, 14),
  token(
    'grafana-token',
    'Grafana token',
    'glsa glc_',
    whole('glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|glc_[A-Za-z0-9+/]{32,250}={0,2}'),
  ),
  token('new-relic-key', 'New Relic key', 'nrak nral', whole('NRA(?:K|L)-?[A-Z0-9]{27,42}')),
  token('postman-key', 'Postman key', 'pmak', whole('PMAK-[0-9a-f]{24}-[0-9a-f]{34}')),
  token('atlassian-token', 'Atlassian token', 'atat', whole('ATATT3[\\w=-]{60,250}')),
  token('linear-key', 'Linear key', 'lin_', whole('lin_(?:api|oauth)_[A-Za-z0-9]{40,64}')),
  token('doppler-token', 'Doppler token', '?dp.', whole('dp\\.(?:pt|st|ct|sa|scim)\\.[\\w.-]{30,64}')),
  token('sentry-token', 'Sentry token', 'sntr', whole('sntry[su]_[\\w=+/]{40,250}')),
  token('age-key', 'age key', 'age-secret', whole('AGE-SECRET-KEY-1[A-Z0-9]{58}')),
  token(
    'tributary-key',
    'API key of this platform',
    'trb_',
    whole('trb_[a-z0-9]{1,16}_[a-z2-7]{16}_[a-z2-7]{40}_[a-z2-7]{6}'),
  ),
  token('jwt', 'JSON Web Token', '?eyj', whole('(?<!-)eyJ[\\w-]{8,4000}\\.[\\w-]{4,16000}\\.[\\w-]{0,4000}')),
  token(
    'private-key',
    'Private key in PEM',
    'begi',
    // up to the next dashes: what has been looked at once is not looked at again from another beginning
    /(?<=-----)BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----((?:[^-]|-(?!----)){16,16000})/dy,
  ),
  token(
    'connection-string',
    'Password in a URL',
    '@:// :\\/\\ :\\\\/',
    /[a-z0-9]?:\\{0,2}\/\\{0,2}\/[^\s:@/"'<>\\?#]{0,128}:([^\s@/"'<>\\?#]{1,256})@(?=[\w[])/diy,
  ),
  token(
    'authorization',
    'Authorization header',
    'bear basi',
    /(?:bearer(?: |%20|\+){1,2}([\w.~+/-]{16,4000}={0,2})|basic(?: |%20){1,2}([A-Za-z0-9+/]{8,2000}={0,2}))(?![\w])/diy,
  ),
];

/** Credentials that are known by the name they stand under; found by `named-secret.ts`. */
export const NAMED_RULES = {
  password: { name: 'password', title: 'Value of a password, passwd, pwd or passphrase', group: 'secret' },
  secret: { name: 'secret', title: 'Value of a secret or credential', group: 'secret' },
  token: { name: 'token', title: 'Value of a token', group: 'secret' },
  'api-key': { name: 'api-key', title: 'Value of an API, access or account key', group: 'secret' },
} as const satisfies Readonly<Record<string, Rule>>;
export type NamedRule = keyof typeof NAMED_RULES | 'authorization';

export const CARD_RULE: Rule = { name: 'card', title: 'Number of a payment card', group: 'card' };

/** What belongs to a person: looked for only where a project asks for it. */
export const PERSONAL_RULES = {
  email: { name: 'email', title: 'E-mail address', group: 'personal' },
  phone: { name: 'phone', title: 'Telephone number', group: 'personal' },
  iban: { name: 'iban', title: 'Bank account (IBAN)', group: 'personal' },
  'national-id': { name: 'national-id', title: 'National identity number', group: 'personal' },
  'ip-address': { name: 'ip-address', title: 'IP address', group: 'personal' },
} as const satisfies Readonly<Record<string, Rule>>;
export type PersonalRule = keyof typeof PERSONAL_RULES;

/** All rules that are always there, as they are shown. */
export const RULES: readonly Rule[] = [
  ...Object.values(NAMED_RULES),
  ...TOKEN_RULES,
  CARD_RULE,
  ...Object.values(PERSONAL_RULES),
];

/** Secrets and cards are redacted unless a project says otherwise; what belongs to a person is left. */
export const defaultActionOf = ({ group }: Rule): SanitiseAction => (group === 'personal' ? 'keep' : 'redact');

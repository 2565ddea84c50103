import { z } from 'zod';

/** What a size means. Instance types and counts are OpenSearch's; figures are for the computed cost. */
export const SIZES = {
  /** One small search node: development, or some gigabytes a day without high availability. */
  small: {
    searchNodes: 1,
    searchInstance: 't3.medium.search',
    searchDiskGiB: 30,
    zones: 1,
    // a new account has ten concurrent executions in all
    reserved: undefined,
  },
  /** Three nodes in three zones. */
  standard: {
    searchNodes: 3,
    searchInstance: 'r7g.large.search',
    searchDiskGiB: 200,
    zones: 3,
    reserved: { accept: 200, index: 200 },
  },
} as const;

/** Settings of a stage. */
export const StageSettings = z.strictObject({
  /** Names stacks and stands in API keys. */
  name: z.string().regex(/^[a-z0-9]{1,16}$/, 'expected 1 to 16 lower-case letters or digits'),
  size: z.enum(['small', 'standard']),
  /** Host name of the dashboard, with its certificate in us-east-1; a name of CloudFront's unless given. */
  domain: z
    .strictObject({
      name: z.hostname(),
      certificateArn: z.string().regex(/^arn:aws:acm:us-east-1:\d{12}:certificate\/[0-9a-f-]{36}$/),
    })
    .optional(),
  /** Who may register: anybody, whoever an administrator of a project invited, or nobody. */
  registration: z.enum(['open', 'invitation', 'closed']).default('invitation'),
  /** Sender of mails (invitations, new passwords); SES asks the owner of the address to confirm it. None are sent unless given. */
  mailFrom: z.email().optional(),
  /** Whether the first administrator must choose another password at first use. */
  changeFirstPassword: z.boolean().default(true),
  /** All rate limits times this. */
  limitsFactor: z.number().positive().default(1),
  /** Requests of a window that each caller may make, by class, in place of the usual ones times the factor. */
  limits: z
    .partialRecord(
      z.enum([
        'default',
        'search',
        'recent',
        'lookup',
        'metrics',
        'page',
        'profile',
        'users',
        'login',
        'register',
        'ingest',
      ]),
      z.int().min(1),
    )
    .default({}),
  /** Days that the functions' own logs are kept. */
  logRetentionDays: z.union([z.literal(7), z.literal(14), z.literal(30), z.literal(90)]).default(30),
  /** Where alarms are mailed to; they only change state unless given. */
  alarmEmail: z.email().optional(),
  /** Shards of the stream; on demand unless given. */
  streamShards: z.int().min(1).max(200).optional(),
  /** How long a search hit may take to appear: OpenSearch's refresh interval. */
  refreshSeconds: z.int().min(1).max(60).default(10),
  /** Days that a sealed segment of the audit trail can be deleted by nobody, the account's root included. */
  auditRetentionDays: z.int().min(1).max(36_500).default(400),
  /** Days that a deleted event can be restored; then its document is removed. */
  deletionGraceDays: z.number().positive().max(90).default(7),
  /** Messages a second that all live viewers share. */
  livePostsPerSecond: z.int().min(1).default(2_000),
  /** Seconds that the archive gathers frames for one object. */
  archiveWindowSeconds: z.int().min(1).max(300).default(300),
  /** Projects of CloudWatch log groups whose subscription filters send to the platform, by the beginning of the group's name. */
  logGroups: z.record(z.string().min(1), z.string().min(1)).default({}),
});
export type StageSettings = z.output<typeof StageSettings>;

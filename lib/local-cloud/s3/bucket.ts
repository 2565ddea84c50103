import { z } from 'zod';
import type { DeclaredResource } from '../emulator.ts';
import type { CorsRule } from './cors.ts';

export interface Bucket {
  readonly name: string;
  readonly arn: string;
  /** Whether versions are kept; a suspended bucket is one that keeps none here. */
  readonly versioned: boolean;
  /** What a new version is retained for when its request does not say. */
  readonly defaultRetention: { readonly mode: RetentionMode; readonly days: number } | undefined;
  readonly objectLock: boolean;
  readonly lifecycle: readonly LifecycleRule[];
  readonly cors: readonly CorsRule[];
}

export type RetentionMode = 'GOVERNANCE' | 'COMPLIANCE';

interface LifecycleRule {
  readonly prefix: string;
  readonly expirationDays: number | undefined;
  readonly noncurrentDays: number | undefined;
  readonly abortUploadDays: number | undefined;
}

const Days = z.coerce.number().int().min(1);
const Flag = z.stringbool().or(z.boolean());
const Rule = z.strictObject({
  Id: z.string().optional(),
  Status: z.enum(['Enabled', 'Disabled']),
  Prefix: z.string().default(''),
  ExpirationInDays: Days.optional(),
  NoncurrentVersionExpiration: z.strictObject({ NoncurrentDays: Days }).optional(),
  NoncurrentVersionExpirationInDays: Days.optional(),
  AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: Days }).optional(),
  ExpiredObjectDeleteMarker: Flag.optional(),
  // where bytes lie and what they cost has no effect here
  Transitions: z.unknown().optional(),
  NoncurrentVersionTransitions: z.unknown().optional(),
});
const Texts = z.array(z.string());
const Cors = z.strictObject({
  Id: z.string().optional(),
  AllowedOrigins: Texts.min(1),
  AllowedMethods: z.array(z.enum(['GET', 'PUT', 'HEAD', 'POST', 'DELETE'])).min(1),
  AllowedHeaders: Texts.default([]),
  ExposedHeaders: Texts.default([]),
  MaxAge: z.coerce.number().int().min(0).optional(),
});
const Retention = z.strictObject({
  Mode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
  Days: Days.optional(),
  Years: Days.optional(),
});
/** What a template may say of an `AWS::S3::Bucket` that has an effect here. */
const BucketProperties = z.object({
  VersioningConfiguration: z.object({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  ObjectLockEnabled: Flag.default(false),
  ObjectLockConfiguration: z
    .strictObject({
      ObjectLockEnabled: z.literal('Enabled').optional(),
      Rule: z.strictObject({ DefaultRetention: Retention }).optional(),
    })
    .optional(),
  LifecycleConfiguration: z
    .strictObject({ Rules: z.array(Rule), TransitionDefaultMinimumObjectSize: z.string().optional() })
    .optional(),
  CorsConfiguration: z.strictObject({ CorsRules: z.array(Cors).min(1) }).optional(),
});

/** Reads a declared bucket. @throws Error naming what cannot be understood */
export function toBucket({ logicalId, name, arn, properties }: DeclaredResource): Bucket {
  const parsed = BucketProperties.safeParse(properties);
  if (!parsed.success) throw new Error(`bucket ${logicalId}: ${z.prettifyError(parsed.error)}`);
  const {
    VersioningConfiguration,
    ObjectLockEnabled,
    ObjectLockConfiguration,
    LifecycleConfiguration,
    CorsConfiguration,
  } = parsed.data;
  const retention = ObjectLockConfiguration?.Rule?.DefaultRetention;
  return {
    name,
    arn,
    // object lock works on versions only
    versioned: ObjectLockEnabled || VersioningConfiguration?.Status === 'Enabled',
    objectLock: ObjectLockEnabled,
    defaultRetention: retention && { mode: retention.Mode, days: retention.Days ?? (retention.Years ?? 0) * 365 },
    lifecycle: (LifecycleConfiguration?.Rules ?? [])
      .filter(({ Status }) => Status === 'Enabled')
      .map((rule) => ({
        prefix: rule.Prefix,
        expirationDays: rule.ExpirationInDays,
        noncurrentDays: rule.NoncurrentVersionExpiration?.NoncurrentDays ?? rule.NoncurrentVersionExpirationInDays,
        abortUploadDays: rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
      })),
    cors: (CorsConfiguration?.CorsRules ?? []).map((rule) => ({
      origins: rule.AllowedOrigins,
      methods: rule.AllowedMethods,
      headers: rule.AllowedHeaders,
      exposedHeaders: rule.ExposedHeaders,
      maxAgeSeconds: rule.MaxAge,
    })),
  };
}

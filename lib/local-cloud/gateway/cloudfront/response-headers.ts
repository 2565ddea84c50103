import type { HeaderList } from '../message.ts';

/** One header that a response headers policy sets. */
interface PolicyHeader {
  readonly name: string;
  readonly value: string;
  /** Whether it wins over the origin's. */
  readonly override: boolean;
}

/** A response headers policy. */
export interface ResponseHeadersPolicy {
  readonly headers: readonly PolicyHeader[];
  /** Lower-case names. */
  readonly removed: readonly string[];
}

interface PolicyConfig {
  readonly SecurityHeadersConfig?: {
    readonly ContentSecurityPolicy?: { readonly ContentSecurityPolicy: string; readonly Override: boolean };
    readonly ContentTypeOptions?: { readonly Override: boolean };
    readonly FrameOptions?: { readonly FrameOption: string; readonly Override: boolean };
    readonly ReferrerPolicy?: { readonly ReferrerPolicy: string; readonly Override: boolean };
    readonly StrictTransportSecurity?: {
      readonly AccessControlMaxAgeSec: number;
      readonly IncludeSubdomains?: boolean;
      readonly Preload?: boolean;
      readonly Override: boolean;
    };
  };
  readonly CustomHeadersConfig?: {
    readonly Items?: readonly { readonly Header: string; readonly Value: string; readonly Override: boolean }[];
  };
  readonly RemoveHeadersConfig?: { readonly Items?: readonly { readonly Header: string }[] };
}

/** Reads `ResponseHeadersPolicyConfig`. */
export function readResponseHeadersPolicy(config: PolicyConfig): ResponseHeadersPolicy {
  const { ContentSecurityPolicy, ContentTypeOptions, FrameOptions, ReferrerPolicy, StrictTransportSecurity } =
    config.SecurityHeadersConfig ?? {};
  const headers: PolicyHeader[] = [];
  const add = (name: string, value: string, override: boolean) => headers.push({ name, value, override });
  if (ContentSecurityPolicy) {
    add('content-security-policy', ContentSecurityPolicy.ContentSecurityPolicy, ContentSecurityPolicy.Override);
  }
  if (ContentTypeOptions) add('x-content-type-options', 'nosniff', ContentTypeOptions.Override);
  if (FrameOptions) add('x-frame-options', FrameOptions.FrameOption, FrameOptions.Override);
  if (ReferrerPolicy) add('referrer-policy', ReferrerPolicy.ReferrerPolicy, ReferrerPolicy.Override);
  if (StrictTransportSecurity) {
    const { AccessControlMaxAgeSec, IncludeSubdomains, Preload, Override } = StrictTransportSecurity;
    const value = `max-age=${AccessControlMaxAgeSec}${IncludeSubdomains ? '; includeSubDomains' : ''}${Preload ? '; preload' : ''}`;
    add('strict-transport-security', value, Override);
  }
  for (const { Header, Value, Override } of config.CustomHeadersConfig?.Items ?? []) {
    add(Header.toLowerCase(), Value, Override);
  }
  return { headers, removed: (config.RemoveHeadersConfig?.Items ?? []).map(({ Header }) => Header.toLowerCase()) };
}

/** The origin's headers with the policy applied. */
export function applyResponseHeaders(origin: HeaderList, policy: ResponseHeadersPolicy): HeaderList {
  const present = new Set(origin.map(([name]) => name.toLowerCase()));
  const added = policy.headers.filter(({ name, override }) => override || !present.has(name));
  const replaced = new Set([...added.map(({ name }) => name), ...policy.removed]);
  return [
    ...origin.filter(([name]) => !replaced.has(name.toLowerCase())),
    ...added.map(({ name, value }) => [name, value] as const),
  ];
}

/** Answers that are kept for a while. */
export interface CachedKind {
  readonly kind: string;
  readonly ttlSeconds: number;
}

/** Seed 004's table of lifetimes. */
export const CACHED_KINDS = {
  overview: { kind: 'metrics:overview', ttlSeconds: 30 },
  service: { kind: 'metrics:service', ttlSeconds: 60 },
  system: { kind: 'metrics:system', ttlSeconds: 45 },
  timeseries: { kind: 'metrics:timeseries', ttlSeconds: 120 },
} as const satisfies Record<string, CachedKind>;

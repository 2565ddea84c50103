/** Limits of a query; beyond them it is refused, never cut. */
export const LIMITS = {
  characters: 10_000,
  leaves: 1_000,
  depth: 100,
  pipes: 10,
  measures: 20,
  groups: 5,
} as const;

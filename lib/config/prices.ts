/** When the list prices below were published. They change: look at the source before deciding by them. */
export const PRICES_AS_OF = '2026-03';

/** Region of the prices. */
export const PRICES_REGION = 'us-east-1';

/** List prices in US dollars, without free tiers, reservations or taxes. Each group names the page that it comes from. */
export const PRICES = {
  // https://aws.amazon.com/opensearch-service/pricing/
  searchNodeHour: { 't3.medium.search': 0.073, 'r7g.large.search': 0.178 },
  searchDiskGbMonth: 0.122,
  // https://aws.amazon.com/kinesis/data-streams/pricing/
  streamHour: 0.04,
  streamGbIn: 0.08,
  streamGbOut: 0.04,
  streamRetainedGbMonth: 0.1,
  shardHour: 0.015,
  shardRetainedHour: 0.02,
  /** A million PUT payload units of 25 KB. */
  shardMillionPuts: 0.014,
  // https://aws.amazon.com/lambda/pricing/ (arm64)
  functionGbSecond: 0.0000133334,
  functionMillionRequests: 0.2,
  // https://aws.amazon.com/api-gateway/pricing/
  httpMillionRequests: 1,
  webSocketMillionMessages: 1,
  webSocketMillionMinutes: 0.25,
  // https://aws.amazon.com/dynamodb/pricing/on-demand/
  tableMillionWrites: 0.625,
  tableMillionReads: 0.125,
  // https://aws.amazon.com/s3/pricing/
  objectGbMonth: 0.023,
  coldObjectGbMonth: 0.004,
  objectThousandPuts: 0.005,
  objectThousandMoves: 0.02,
  // https://aws.amazon.com/cloudfront/pricing/
  distributionGbOut: 0.085,
  distributionMillionRequests: 1,
  distributionMillionFunctionRuns: 0.1,
  // https://aws.amazon.com/cloudwatch/pricing/
  logGb: 0.5,
  alarmMonth: 0.1,
  metricMonth: 0.3,
  // https://aws.amazon.com/secrets-manager/pricing/
  secretMonth: 0.4,
} as const;

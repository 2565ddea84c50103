import { PRICES } from './prices.ts';
import { SIZES, type StageSettings } from './stage.ts';

/** What a stage is used for. */
export interface Usage {
  /** Events as they are sent, before compression, in 10⁹ bytes a day. */
  readonly gbPerDay: number;
  /** People who watch the live tail all the time. */
  readonly viewers: number;
}

export interface CostLine {
  readonly service: string;
  /** What is paid for. */
  readonly what: string;
  /** US dollars a month. */
  readonly dollars: number;
}

export interface Cost {
  readonly lines: readonly CostLine[];
  /** US dollars a month. */
  readonly total: number;
  /** US dollars to take one GB more: everything but what stands there anyway. */
  readonly perGb: number;
  /** US dollars a month to keep one GB searchable, on a larger disk. */
  readonly perSearchableGb: number;
  /** Days of events that the search nodes' disks hold at this rate; infinite where nothing comes. */
  readonly searchableDays: number;
}

const HOURS = 730;
const DAYS = HOURS / 24;
const SECONDS = HOURS * 3600;
/** 10⁹ bytes in a GiB. */
const GIB = 1.073741824;

/** What the figures rest on besides prices; measured where a source stands. */
export const ASSUMPTIONS = {
  /** Raw bytes over compressed ones. zstd takes the loghub samples down 5 to 16 times, the generated sample 8 times. */
  compression: 8,
  /** Bytes of a request before compression: what a shipper gathers. A smaller batch costs more requests, frames and writes. */
  batchBytes: 1_000_000,
  /** Seconds that an arm64 function of 1024 MB needs for a GB: at least 50,000 events of 500 B a second and core, 0.58 of a core. */
  acceptSecondsPerGb: 70,
  /** Decoding, a bulk and waiting for its answer. */
  indexSecondsPerGb: 130,
  archiveSecondsPerGb: 20,
  tailSecondsPerGb: 40,
  /** Bytes in OpenSearch over raw bytes, one copy, merged: `bench -- index-size` measures 0.78. */
  searchStorage: 0.8,
  /** Part of a disk that may be full before OpenSearch stops taking writes. */
  diskFill: 0.8,
  /** Our own logs over raw bytes, at most. */
  ownLogs: 0.02,
  /** Frames of live messages that one viewer gets a second, of 32 KB at most. */
  messagesPerViewer: 0.5,
  messageBytes: 8_000,
  /** Requests of one viewer's dashboard an hour, with the bytes of an answer. */
  callsPerViewerHour: 60,
  answerBytes: 40_000,
  /** Runs of the schedules a month: four every minute, one every two, two every five. */
  scheduledRuns: 30 * 24 * (4 * 60 + 30 + 24),
  /** Alarms and custom metrics of the template; a test compares them. */
  alarms: 54,
  metrics: 6,
  secrets: 3,
  /** Consumers of the stream: index, archive, tail. */
  consumers: 3,
} as const;

/** What a stage costs a month. @throws RangeError for a negative usage */
export function estimateCost(stage: StageSettings, usage: Usage): Cost {
  for (const [name, value] of Object.entries(usage))
    if (!(value >= 0)) throw new RangeError(`${name} must be 0 or more, not ${value}`);
  const lines = listLines(stage, usage);
  const total = sum(lines);
  const one = sum(listLines(stage, { gbPerDay: 2, viewers: 0 })) - sum(listLines(stage, { gbPerDay: 1, viewers: 0 }));
  const stored = storedBytes(stage);
  const { searchNodes, searchDiskGiB } = SIZES[stage.size];
  return {
    lines,
    total,
    perGb: one / DAYS,
    perSearchableGb: (stored / GIB) * PRICES.searchDiskGbMonth,
    searchableDays: (searchNodes * searchDiskGiB * GIB) / (usage.gbPerDay * stored),
  };
}

const sum = (lines: readonly CostLine[]): number => lines.reduce((total, { dollars }) => total + dollars, 0);

function listLines(stage: StageSettings, { gbPerDay, viewers }: Usage): readonly CostLine[] {
  const raw = gbPerDay * DAYS;
  const compressed = raw / ASSUMPTIONS.compression;
  const batches = (raw * 1e9) / ASSUMPTIONS.batchBytes;
  const calls = viewers * ASSUMPTIONS.callsPerViewerHour * HOURS;
  const messages = viewers * ASSUMPTIONS.messagesPerViewer * SECONDS;
  const outGb = (calls * ASSUMPTIONS.answerBytes + messages * ASSUMPTIONS.messageBytes) / 1e9;
  return [
    ...searchLines(stage),
    ...streamLines(stage, compressed, batches),
    ...functionLines(raw, batches + calls, messages),
    {
      service: 'API Gateway',
      what: 'requests of shippers and people',
      dollars: millions(batches + calls) * PRICES.httpMillionRequests,
    },
    {
      service: 'API Gateway',
      what: 'live messages and connections',
      dollars:
        millions(messages) * PRICES.webSocketMillionMessages +
        millions(viewers * HOURS * 60) * PRICES.webSocketMillionMinutes,
    },
    {
      service: 'DynamoDB',
      // accepted and indexed are noted for each frame, a limit counted for each request
      what: 'ledger, limits, proofs',
      dollars:
        millions(batches * 3 + calls) * PRICES.tableMillionWrites +
        millions(batches + calls) * PRICES.tableMillionReads,
    },
    ...archiveLines(stage, compressed),
    {
      service: 'CloudFront',
      what: 'dashboard, answers, live messages',
      dollars:
        outGb * PRICES.distributionGbOut +
        millions(calls) * (PRICES.distributionMillionRequests + PRICES.distributionMillionFunctionRuns),
    },
    {
      service: 'CloudWatch',
      what: 'own logs',
      dollars: raw * ASSUMPTIONS.ownLogs * PRICES.logGb,
    },
    {
      service: 'CloudWatch',
      what: 'alarms',
      dollars: ASSUMPTIONS.alarms * PRICES.alarmMonth + ASSUMPTIONS.metrics * PRICES.metricMonth,
    },
    { service: 'Secrets Manager', what: 'secrets', dollars: ASSUMPTIONS.secrets * PRICES.secretMonth },
  ];
}

const millions = (count: number): number => count / 1e6;

function searchLines(stage: StageSettings): readonly CostLine[] {
  const { searchNodes, searchInstance, searchDiskGiB } = SIZES[stage.size];
  return [
    {
      service: 'OpenSearch',
      what: `${searchNodes} × ${searchInstance}`,
      dollars: searchNodes * PRICES.searchNodeHour[searchInstance] * HOURS,
    },
    {
      service: 'OpenSearch',
      what: `${searchNodes} × ${searchDiskGiB} GiB`,
      dollars: searchNodes * searchDiskGiB * PRICES.searchDiskGbMonth,
    },
  ];
}

function streamLines({ streamShards }: StageSettings, compressed: number, batches: number): readonly CostLine[] {
  if (streamShards !== undefined)
    return [
      {
        service: 'Kinesis',
        what: `${streamShards} shards kept for 72 hours`,
        dollars:
          streamShards * (PRICES.shardHour + PRICES.shardRetainedHour) * HOURS +
          millions(Math.max((compressed * 1e9) / 25_000, batches)) * PRICES.shardMillionPuts,
      },
    ];
  return [
    { service: 'Kinesis', what: 'stream on demand', dollars: PRICES.streamHour * HOURS },
    {
      service: 'Kinesis',
      what: 'frames in, out to three consumers, kept for 72 hours',
      // the first day is free, so two days' worth lies there all the time
      dollars:
        compressed * (PRICES.streamGbIn + ASSUMPTIONS.consumers * PRICES.streamGbOut) +
        ((2 * compressed) / DAYS) * PRICES.streamRetainedGbMonth,
    },
  ];
}

function functionLines(raw: number, requests: number, messages: number): readonly CostLine[] {
  const { acceptSecondsPerGb, indexSecondsPerGb, archiveSecondsPerGb, tailSecondsPerGb, scheduledRuns, consumers } =
    ASSUMPTIONS;
  const gbSeconds =
    raw * (acceptSecondsPerGb + indexSecondsPerGb + archiveSecondsPerGb * 0.5 + tailSecondsPerGb) +
    scheduledRuns * 0.5 +
    // a message that a viewer sends or gets costs a call of a few milliseconds
    messages * 0.005;
  return [
    {
      service: 'Lambda',
      what: 'accept, index, archive, tail, API',
      dollars:
        gbSeconds * PRICES.functionGbSecond +
        millions(requests * (1 + consumers) + scheduledRuns) * PRICES.functionMillionRequests,
    },
  ];
}

function archiveLines({ archiveWindowSeconds }: StageSettings, compressed: number): readonly CostLine[] {
  const objects = compressed > 0 ? SECONDS / archiveWindowSeconds : 0;
  return [
    {
      service: 'S3',
      what: 'archive: a month at hand, eleven cold',
      dollars:
        compressed * PRICES.objectGbMonth +
        11 * compressed * PRICES.coldObjectGbMonth +
        (objects / 1000) * (PRICES.objectThousandPuts + PRICES.objectThousandMoves),
    },
  ];
}

/** Bytes of disk that a byte of events takes: all copies, with the room that must stay free. */
function storedBytes({ size }: StageSettings): number {
  const copies = SIZES[size].searchNodes > 1 ? 2 : 1;
  return (ASSUMPTIONS.searchStorage * copies) / ASSUMPTIONS.diskFill;
}

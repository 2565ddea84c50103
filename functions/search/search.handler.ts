import { z } from 'zod';
import { DynamoDbAnswerCache } from '../adapters/answer-cache/dynamodb.ts';
import { AnswerCacheEnv } from '../adapters/answer-cache/env.ts';
import { DynamoDbAuditTrail } from '../adapters/audit-trail/dynamodb.ts';
import { AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { TableSearchRecorder } from '../adapters/audit-trail/search-recorder.ts';
import { DynamoDbSearchEntries } from '../adapters/audit-trail/searches.ts';
import { DynamoDbAuditSettingsReader } from '../adapters/audit-trail/settings.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { EventStoreEnv } from '../adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../adapters/event-store/opensearch.ts';
import { DynamoDbPlaces } from '../adapters/places/dynamodb.ts';
import { readEnv } from '../core/env.ts';
import { type AuthenticatedCall, httpHandler, type Reply, serve } from '../core/http.ts';
import type { InputOf, OutputOf, Route } from '../core/route.ts';
import * as api from './api.ts';
import { auditedClear, auditedExport } from './audited.ts';
import { boundedAnswer } from './bounded-answer.ts';
import { makeContext } from './context.ts';
import { makeCorrelation } from './correlation.ts';
import { SearchEnv } from './env.ts';
import { makeExportLogs } from './export/export-logs.ts';
import { exportRoute } from './export-api.ts';
import { makeFacets, makeFields, makeValues } from './facets.ts';
import { makeGetLog } from './get-log.ts';
import { makeHistogram } from './histogram.ts';
import { makeLastEvent } from './last-event.ts';
import { makeAnalytics } from './metrics/analytics.ts';
import { cachedAnswer } from './metrics/cached-answer.ts';
import { CACHED_KINDS } from './metrics/cached-kinds.ts';
import { makeCategoryMetrics } from './metrics/category-metrics.ts';
import { makeLogStats } from './metrics/log-stats.ts';
import { makeCacheStats, makeClearCache } from './metrics/manage-cache.ts';
import { makeServiceMetrics } from './metrics/service-metrics.ts';
import { makeSystemMetrics } from './metrics/system-metrics.ts';
import * as metrics from './metrics-api.ts';
import { makeOverview } from './overview.ts';
import { isSearch, recordedAnswer } from './recorded.ts';
import { makeRecentLogs, makeSearchLogs, type ReadCall } from './search-logs.ts';
import { makeTimeseries } from './timeseries.ts';
import * as trace from './trace-api.ts';
import { makeTraceContextAnswer, makeTraceDebugAnswer } from './trace-context.ts';
import { isHeavy } from './weight.ts';
import { makeWithoutFilter } from './without-filter.ts';

const env = readEnv(
  z.object({
    ...EdgeEnv.shape,
    ...EventStoreEnv.shape,
    ...AnswerCacheEnv.shape,
    ...AuditTrailEnv.shape,
    ...SearchEnv.shape,
  }),
);
const dynamoDb = makeDynamoDb();
const cache = new DynamoDbAnswerCache(dynamoDb, env.CACHE_TABLE_NAME);
const trail = new DynamoDbAuditTrail(dynamoDb, env.AUDIT_TABLE_NAME);
const parts = { events: new OpenSearchEventStore(env), now: Date.now };

const recorder = new TableSearchRecorder(
  new DynamoDbAuditSettingsReader(dynamoDb, env.AUDIT_TABLE_NAME),
  new DynamoDbSearchEntries(dynamoDb, env.AUDIT_TABLE_NAME),
  Date.now,
);
const places = new DynamoDbPlaces(dynamoDb, env.LIMITS_TABLE_NAME, env.SEARCH_PLACES);
const PATIENCE = { isHeavy: ({ query = '' }: { readonly query?: string }) => isHeavy(query) };

type ReadRoute = Route & { access: 'read' };
type Answer<R extends Route> = (input: InputOf<R>, call: AuthenticatedCall) => Promise<OutputOf<R> | Reply>;

/** What reads events; every search among them is told of where the project asks for it. */
const read = <const R extends ReadRoute>(route: R, answer: Answer<R>) =>
  serve<ReadRoute>(
    route,
    (isSearch(route) ? recordedAnswer(recorder, route, answer as never, Date.now) : answer) as never,
  );
/** The same, in the line of its project where it takes long. */
const bounded = <const R extends ReadRoute>(
  route: R,
  answer: (input: InputOf<R>, call: ReadCall) => Promise<OutputOf<R> | Reply>,
) => read(route, boundedAnswer(places, answer as never, PATIENCE) as never);

export const handler = httpHandler(
  [
    bounded(api.searchRoute, makeSearchLogs(parts)),
    bounded(api.recentRoute, makeRecentLogs(parts)),
    read(exportRoute, auditedExport(trail, boundedAnswer(places, makeExportLogs(parts)))),
    bounded(api.histogramRoute, makeHistogram(parts)),
    bounded(api.facetsRoute, makeFacets(parts)),
    bounded(api.fieldsRoute, makeFields(parts)),
    bounded(api.valuesRoute, makeValues(parts)),
    bounded(api.lastRoute, makeLastEvent(parts)),
    bounded(api.withoutFilterRoute, makeWithoutFilter(parts)),
    bounded(api.contextRoute, makeContext(parts)),
    bounded(trace.correlationRoute, makeCorrelation(parts)),
    serve(trace.traceContextRoute, makeTraceContextAnswer(Date.now)),
    serve(trace.traceDebugRoute, makeTraceDebugAnswer(Date.now)),
    read(api.getLogRoute, makeGetLog(parts)),
    bounded(api.overviewRoute, cachedAnswer(cache, CACHED_KINDS.overview, makeOverview(parts))),
    bounded(api.timeseriesRoute, cachedAnswer(cache, CACHED_KINDS.timeseries, makeTimeseries(parts))),
    bounded(metrics.logStatsRoute, makeLogStats(parts)),
    bounded(metrics.analyticsRoute, makeAnalytics(parts)),
    bounded(metrics.serviceMetricsRoute, cachedAnswer(cache, CACHED_KINDS.service, makeServiceMetrics(parts))),
    bounded(metrics.systemMetricsRoute, cachedAnswer(cache, CACHED_KINDS.system, makeSystemMetrics(parts))),
    bounded(metrics.categoryMetricsRoute, makeCategoryMetrics(parts)),
    serve(metrics.cacheStatsRoute, makeCacheStats(cache)),
    serve(metrics.clearCacheRoute, auditedClear(trail, makeClearCache(cache))),
  ],
  makeEdge(env, dynamoDb).options,
);

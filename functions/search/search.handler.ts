import { z } from 'zod';
import { DynamoDbAnswerCache } from '../adapters/answer-cache/dynamodb.ts';
import { AnswerCacheEnv } from '../adapters/answer-cache/env.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { EventStoreEnv } from '../adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../adapters/event-store/opensearch.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import * as api from './api.ts';
import { makeContext } from './context.ts';
import { makeCorrelation } from './correlation.ts';
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
import { makeRecentLogs, makeSearchLogs } from './search-logs.ts';
import { makeTimeseries } from './timeseries.ts';
import * as trace from './trace-api.ts';
import { makeTraceContextAnswer, makeTraceDebugAnswer } from './trace-context.ts';
import { makeWithoutFilter } from './without-filter.ts';

const env = readEnv(z.object({ ...EdgeEnv.shape, ...EventStoreEnv.shape, ...AnswerCacheEnv.shape }));
const dynamoDb = makeDynamoDb();
const cache = new DynamoDbAnswerCache(dynamoDb, env.CACHE_TABLE_NAME);
const parts = { events: new OpenSearchEventStore(env), now: Date.now };

export const handler = httpHandler(
  [
    serve(api.searchRoute, makeSearchLogs(parts)),
    serve(api.recentRoute, makeRecentLogs(parts)),
    serve(exportRoute, makeExportLogs(parts)),
    serve(api.histogramRoute, makeHistogram(parts)),
    serve(api.facetsRoute, makeFacets(parts)),
    serve(api.fieldsRoute, makeFields(parts)),
    serve(api.valuesRoute, makeValues(parts)),
    serve(api.lastRoute, makeLastEvent(parts)),
    serve(api.withoutFilterRoute, makeWithoutFilter(parts)),
    serve(api.contextRoute, makeContext(parts)),
    serve(trace.correlationRoute, makeCorrelation(parts)),
    serve(trace.traceContextRoute, makeTraceContextAnswer(Date.now)),
    serve(trace.traceDebugRoute, makeTraceDebugAnswer(Date.now)),
    serve(api.getLogRoute, makeGetLog(parts)),
    serve(api.overviewRoute, cachedAnswer(cache, CACHED_KINDS.overview, makeOverview(parts))),
    serve(api.timeseriesRoute, cachedAnswer(cache, CACHED_KINDS.timeseries, makeTimeseries(parts))),
    serve(metrics.logStatsRoute, makeLogStats(parts)),
    serve(metrics.analyticsRoute, makeAnalytics(parts)),
    serve(metrics.serviceMetricsRoute, cachedAnswer(cache, CACHED_KINDS.service, makeServiceMetrics(parts))),
    serve(metrics.systemMetricsRoute, cachedAnswer(cache, CACHED_KINDS.system, makeSystemMetrics(parts))),
    serve(metrics.categoryMetricsRoute, makeCategoryMetrics(parts)),
    serve(metrics.cacheStatsRoute, makeCacheStats(cache)),
    serve(metrics.clearCacheRoute, makeClearCache(cache)),
  ],
  makeEdge(env, dynamoDb).options,
);

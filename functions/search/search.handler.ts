import { z } from 'zod';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { EventStoreEnv } from '../adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../adapters/event-store/opensearch.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import * as api from './api.ts';
import { makeContext } from './context.ts';
import { makeFacets, makeFields, makeValues } from './facets.ts';
import { makeGetLog } from './get-log.ts';
import { makeHistogram } from './histogram.ts';
import { makeLastEvent } from './last-event.ts';
import { makeAnalytics } from './metrics/analytics.ts';
import { makeCategoryMetrics } from './metrics/category-metrics.ts';
import { makeLogStats } from './metrics/log-stats.ts';
import { makeServiceMetrics } from './metrics/service-metrics.ts';
import { makeSystemMetrics } from './metrics/system-metrics.ts';
import * as metrics from './metrics-api.ts';
import { makeOverview } from './overview.ts';
import { makeRecentLogs, makeSearchLogs } from './search-logs.ts';
import { makeTimeseries } from './timeseries.ts';
import { makeWithoutFilter } from './without-filter.ts';

const env = readEnv(z.object({ ...EdgeEnv.shape, ...EventStoreEnv.shape }));
const parts = { events: new OpenSearchEventStore(env), now: Date.now };

export const handler = httpHandler(
  [
    serve(api.searchRoute, makeSearchLogs(parts)),
    serve(api.recentRoute, makeRecentLogs(parts)),
    serve(api.histogramRoute, makeHistogram(parts)),
    serve(api.facetsRoute, makeFacets(parts)),
    serve(api.fieldsRoute, makeFields(parts)),
    serve(api.valuesRoute, makeValues(parts)),
    serve(api.lastRoute, makeLastEvent(parts)),
    serve(api.withoutFilterRoute, makeWithoutFilter(parts)),
    serve(api.contextRoute, makeContext(parts)),
    serve(api.getLogRoute, makeGetLog(parts)),
    serve(api.overviewRoute, makeOverview(parts)),
    serve(api.timeseriesRoute, makeTimeseries(parts)),
    serve(metrics.logStatsRoute, makeLogStats(parts)),
    serve(metrics.analyticsRoute, makeAnalytics(parts)),
    serve(metrics.serviceMetricsRoute, makeServiceMetrics(parts)),
    serve(metrics.systemMetricsRoute, makeSystemMetrics(parts)),
    serve(metrics.categoryMetricsRoute, makeCategoryMetrics(parts)),
  ],
  makeEdge(env, makeDynamoDb()).options,
);

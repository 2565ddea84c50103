/** Fifty hostile searches of one project at once, in a process of their own as in the cloud: told by message, answered by message. */

import { EventStoreEnv } from '../../functions/adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../../functions/adapters/event-store/opensearch.ts';
import { ProjectId } from '../../functions/core/project.ts';
import { SearchInput } from '../../functions/search/api.ts';
import { boundedAnswer } from '../../functions/search/bounded-answer.ts';
import { SearchEnv } from '../../functions/search/env.ts';
import { makeSearchLogs } from '../../functions/search/search-logs.ts';
import { isHeavy } from '../../functions/search/weight.ts';
import { callOf } from './calls.ts';

const [url = '', name = '', moment = '', waitMillis = ''] = process.argv.slice(2);
const project = ProjectId.parse(name);
const env = EventStoreEnv.parse({ OPENSEARCH_DOMAIN_ENDPOINT: 'unused', OPENSEARCH_URL: url });
const events = new OpenSearchEventStore(env, { accessKeyId: 'operator', secretAccessKey: 'secret' });

let free = SearchEnv.parse({}).SEARCH_PLACES;
/** The places of all instances: this process is all of them. */
const places = {
  take: async () => {
    if (free === 0) return undefined;
    free--;
    return async () => void free++;
  },
};
const search = boundedAnswer(places, makeSearchLogs({ events, now: () => Number(moment) }), {
  isHeavy: ({ query }) => isHeavy(query),
  waitMillis: Number(waitMillis),
});

const several = (count: number, of: (at: number) => string, by = ' OR ') =>
  Array.from({ length: count }, (_, at) => of(at)).join(by);
const HOSTILE = [
  several(300, (at) => `*${at}*`),
  several(300, (at) => `text:*${at}*x`),
  several(200, (at) => `-*${at}z*`, ' '),
  '* | stats distinct(text), distinct(n), p99(n) by text, n, user',
  '* | stats count by time(1s), text, user',
  'text:/(a|b|c).*(d|e|f).*[0-9]{3}.*z$/',
  'text:*a?a?a?a?a?a?a?a?z*',
  '/.*.*.*x[0-9]+/ -/nothing/',
  several(400, (at) => `"${at} ${at + 1} ${at + 2}"`),
  several(400, (at) => `n:>${at}`, ' OR '),
];

const outcomes = await Promise.all(
  Array.from({ length: 50 }, async (_, at) => {
    const query = HOSTILE[at % HOSTILE.length];
    try {
      const { partial } = await search(SearchInput.parse({ query, limit: 1_000 }), callOf(project));
      return partial ? 'partial' : 'answered';
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  }),
);
process.send?.(outcomes);

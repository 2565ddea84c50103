import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../functions/adapters/event-store/memory.ts';
import { DomainError } from '../../functions/core/errors.ts';
import { stringifyJson } from '../../functions/core/json.ts';
import type { LogRecord } from '../../functions/core/log-record.ts';
import { ProjectId } from '../../functions/core/project.ts';
import { ulid } from '../../functions/core/ulid.ts';
import {
  ContextInput,
  FacetsInput,
  FieldsInput,
  HistogramInput,
  SearchInput,
  SelectionInput,
  ValuesInput,
} from '../../functions/search/api.ts';
import { makeContext } from '../../functions/search/context.ts';
import { makeFacets, makeFields, makeValues } from '../../functions/search/facets.ts';
import { makeGetLog } from '../../functions/search/get-log.ts';
import { makeHistogram } from '../../functions/search/histogram.ts';
import { print } from '../../functions/search/language/printer.ts';
import { makeSearchLogs, type ReadParts } from '../../functions/search/search-logs.ts';
import { makeWithoutFilter } from '../../functions/search/without-filter.ts';
import { callOf } from '../support/calls.ts';
import { lineOf, MOMENT, makeEventSpace } from '../support/event-builder.ts';
import { type Draw, drawEvent, drawFilter, makeDraw } from '../support/random-queries.ts';
import type { StoreUnderTest } from './event-store.contract.ts';

const never = new AbortController().signal;
const AT_ONCE = 8;
const EVENTS = 40;

const PROJECTS = ['a', 'b', 'c'].map((name) => ProjectId.parse(`t-${name}-${ulid(MOMENT).toLowerCase()}`));

/** A read of a project, which is to be made on two stores. */
type Read = (events: ReadParts['events'], project: ProjectId) => Promise<unknown>;

/**
 * Three projects in the same index, and one law: what a project is answered is what it would be answered if there were no other. Rows,
 * counts, facets, suggestions and errors are compared with those of a store that holds its own events alone.
 */
export function tenancyContract(name: string, start: () => Promise<StoreUnderTest>, reads: number, seed: number) {
  describe(`three projects in one index on ${name}`, () => {
    let under: StoreUnderTest;
    const space = makeEventSpace();
    const draw = makeDraw(seed);
    const alone = new Map<ProjectId, MemoryEventStore>();
    const events = new Map<ProjectId, readonly LogRecord[]>();

    beforeAll(async () => {
      under = await start();
      for (const project of PROJECTS) {
        const records = Array.from({ length: EVENTS }, (_, n) => {
          const { attributes, ...members } = drawEvent(draw);
          return space.anEvent({
            ...members,
            attributes: { ...attributes, secret: `${project}-${n}`, [`of_${project}`]: n },
          });
        });
        const group = { project, index: space.index, lines: records.map(lineOf) };
        await under.store.create([group], never);
        const memory = new MemoryEventStore();
        await memory.create([group]);
        alone.set(project, memory);
        events.set(project, records);
      }
      await under.refresh();
    });
    afterAll(async () => {
      await under?.remove(space.index);
      await under?.stop();
    });

    it(`answer ${reads.toLocaleString('en')} reads as if each were alone (seed ${seed})`, {
      timeout: 3_000_000,
    }, async () => {
      const told = { rows: 0, refused: 0 };
      const check = async () => {
        const project = draw.pick(PROJECTS);
        const other = draw.pick(PROJECTS.filter((each) => each !== project));
        const { text, read } = drawRead(draw, other, draw.pick(events.get(other) as readonly LogRecord[]));
        const [actual, expected] = await Promise.all([
          outcomeOf(read(under.store, project)),
          outcomeOf(read(alone.get(project) as MemoryEventStore, project)),
        ]);
        expect(actual, text).toEqual(expected);
        if ('refused' in expected) told.refused++;
        else if (/"secret":|"count":[1-9]/.test(stringifyJson(expected as never))) told.rows++;
      };
      for (let left = reads; left > 0; left -= AT_ONCE)
        await Promise.all(Array.from({ length: Math.min(AT_ONCE, left) }, check));
      // reads that find nothing and ids that are nowhere would agree in any store
      expect(told.rows).toBeGreaterThan(reads / 4);
      expect(told.refused).toBeGreaterThan(reads / 20);
    });
  });
}

/** An answer without what time it took, or how it was refused. */
async function outcomeOf(read: Promise<unknown>): Promise<object> {
  try {
    const { took_ms: _, ...answer } = (await read) as { took_ms?: number };
    return answer;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { refused: error.code, message: error.message, ...error.extensions };
  }
}

function drawRead(draw: Draw, other: ProjectId, theirs: LogRecord): { readonly text: string; readonly read: Read } {
  const query = drawQuery(draw, other, theirs);
  const parts = (events: ReadParts['events']): ReadParts => ({ events, now: () => MOMENT });
  const limit = 1 + draw.int(50);
  const page = 1 + draw.int(2);
  const field = draw.pick(['code', 'user', 'secret', 'tags', 'service', `of_${other}`]);
  const prefix = draw.pick(['', 't', other, 'a']);
  switch (draw.int(10)) {
    case 0:
      return told(`id ${theirs.id}`, (events, project) =>
        makeGetLog(parts(events))({ id: theirs.id }, callOf(project)),
      );
    case 1:
      return told(`around ${theirs.id}`, (events, project) =>
        makeContext(parts(events))(ContextInput.parse({ id: theirs.id }), callOf(project)),
      );
    case 2:
      return told(`facets of ${query}`, (events, project) =>
        makeFacets(parts(events))(FacetsInput.parse({ query, fields: [field, 'level'] }), callOf(project)),
      );
    case 3:
      return told(`values of ${field} of ${query}`, (events, project) =>
        makeValues(parts(events))(ValuesInput.parse({ query, field, prefix }), callOf(project)),
      );
    case 4:
      return told(`fields of ${query}`, (events, project) =>
        makeFields(parts(events))(FieldsInput.parse({ query }), callOf(project)),
      );
    case 5:
      return told(`histogram of ${query}`, (events, project) =>
        makeHistogram(parts(events))(
          HistogramInput.parse({ query, from: 'now-1d', to: 'now+1d', buckets: 20 }),
          callOf(project),
        ),
      );
    case 6:
      return told(`without filters of ${query}`, (events, project) =>
        makeWithoutFilter(parts(events))(SelectionInput.parse({ query }), callOf(project)),
      );
    case 7: {
      const table = `${query} | stats count by ${field === 'service' ? 'service' : JSON.stringify(field)}`;
      return told(table, (events, project) =>
        makeSearchLogs(parts(events))(SearchInput.parse({ query: table }), callOf(project)),
      );
    }
    default:
      return told(query, (events, project) =>
        makeSearchLogs(parts(events))(
          SearchInput.parse({ query, limit, page, order: limit % 2 ? 'asc' : 'desc' }),
          callOf(project),
        ),
      );
  }
}

const told = (text: string, read: Read) => ({ text, read });

/** What somebody would ask who is after the events of another. */
function drawQuery(draw: Draw, other: ProjectId, theirs: LogRecord): string {
  const drawn = print({ filter: drawFilter(draw), pipes: [] });
  return draw.pick([
    drawn,
    drawn,
    `NOT (${drawn})`,
    `(${drawn}) OR secret:${other}*`,
    `secret:*`,
    `secret:"${String(theirs.attributes.secret)}" OR ${drawn}`,
    `project:${other}`,
    `NOT project:* OR project:"${other}"`,
    `of_${other}:>=0`,
    `of_${other}:* OR NOT of_${other}:*`,
    `id:${theirs.id}`,
    `id:${theirs.id.slice(0, 10)}* OR ${theirs.id}`,
    `kv:*${other}* OR keys:* OR words:${other} OR hidden:true`,
    `/${other}/ OR /./`,
    `"}},{\\"match_all\\":{}},{\\"term\\":{\\"project\\":\\"${other}\\"" OR *`,
    `secret:(${other}`,
    `time:>now-2d -secret:nothing`,
  ]);
}

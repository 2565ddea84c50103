import type { IndexName } from '../../functions/core/event-id.ts';
import type { ProjectId } from '../../functions/core/project.ts';
import type { Instance, Network } from './faults.ts';
import type { Random } from './random.ts';

/** Text of an event that the store's mapping will never take. */
export const REFUSED = 'the-store-refuses-this';
/** Text of an event that ends every function that brings it to the store. */
export const DEADLY = 'this-ends-the-function';

interface Action {
  readonly create: { readonly _index: IndexName; readonly _id: string };
}

interface Source {
  readonly project: ProjectId;
  readonly event: string;
}

interface Item {
  readonly create: { readonly status: number; readonly error?: { readonly type: string; readonly reason: string } };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A document: what a search of its project shows. */
interface Document {
  readonly index: IndexName;
  readonly id: string;
  readonly project: ProjectId;
  /** The event, as it comes back. */
  readonly line: string;
}

/** The part of OpenSearch that *index* talks to: the template and bulks of creates. */
export class Store {
  /** By index and id, as the real one: an id in two indices is shown twice. */
  readonly documents = new Map<string, Document>();
  readonly #random: Random;
  #hasTemplate = false;

  constructor(random: Random) {
    this.#random = random;
  }

  /** `fetch` of a function. */
  seenBy(instance: Instance, network: Network): typeof fetch {
    return async (input, init) => {
      const url = new URL(String(input));
      const body = String(init?.body ?? '');
      if (body.includes(DEADLY)) instance.kill();
      const { status, text } = await network.call(instance, 'store', () => {
        const answer = url.pathname === '/_bulk' ? this.#bulk(body, network) : this.#template(init?.method ?? 'GET');
        if (!network.chances.partial()) return answer;
        return { ...answer, text: answer.text.slice(0, this.#random.int(answer.text.length)) };
      });
      return { ok: status < 300, status, text: async () => text } as Response;
    };
  }

  #template(method: string): Answer {
    if (method === 'PUT') this.#hasTemplate = true;
    const found = { index_templates: [{ index_template: { version: 1_000 } }] };
    return this.#hasTemplate
      ? { status: 200, text: JSON.stringify(found) }
      : { status: 404, text: '{"error":{"type":"resource_not_found_exception","reason":"no template"},"status":404}' };
  }

  #bulk(body: string, { chances }: Network): Answer {
    if (chances.throttled()) return tooMany();
    if (!this.#hasTemplate) return { status: 500, text: '{"error":{"type":"bug","reason":"bulk before template"}}' };
    const lines = body.split('\n');
    const items: Item[] = [];
    // the node may go down in the middle: what was written stays, and a proxy answers
    const end = chances.partial() ? this.#random.int(lines.length) : lines.length;
    for (let at = 0; at + 1 < lines.length; at += 2) {
      if (at > end) return { status: 502, text: '<html>bad gateway</html>' };
      const { create } = JSON.parse(lines[at] as string) as Action;
      items.push({ create: chances.throttled() ? rejected() : this.#create(create, lines[at + 1] as string) });
    }
    if (chances.partial()) items.length = this.#random.int(items.length);
    return { status: 200, text: JSON.stringify({ items }) };
  }

  #create({ _index, _id }: Action['create'], source: string): Item['create'] {
    const key = `${_index}/${_id}`;
    if (this.documents.has(key)) return { status: 409 };
    const { project, event } = JSON.parse(source) as Source;
    if (event.includes(REFUSED)) {
      return { status: 400, error: { type: 'mapper_parsing_exception', reason: 'failed to parse' } };
    }
    this.documents.set(key, { index: _index, id: _id, project, line: event });
    return { status: 201 };
  }
}

const tooMany = (): Answer => ({
  status: 429,
  text: '{"error":{"type":"circuit_breaking_exception","reason":"too much"},"status":429}',
});

const rejected = (): Item['create'] => ({
  status: 429,
  error: { type: 'es_rejected_execution_exception', reason: 'queue is full' },
});

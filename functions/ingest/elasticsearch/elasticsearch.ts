import { Failure } from '../../core/errors.ts';
import type { EventId } from '../../core/event-id.ts';
import type { Reply } from '../../core/http.ts';
import { unreadable } from '../draft.ts';
import {
  type Intake,
  json,
  type Probe,
  plain,
  type Refusal,
  type ShipperRequest,
  withoutQuotaStatus,
} from '../intake.ts';
import { readJson } from '../wire/read-json.ts';
import { type BulkItem, readBulk } from './read-bulk.ts';
import { readDocument, type Target, withTarget } from './read-document.ts';

/** Elastic's clients refuse to talk to a server that does not say this on every answer. */
const PRODUCT = { 'x-elastic-product': 'Elasticsearch' };

const answer = (status: number, value: unknown, headers?: Readonly<Record<string, string>>): Reply =>
  json(status, value, { ...headers, ...PRODUCT });

const ERROR_TYPES = {
  400: 'parse_exception',
  401: 'security_exception',
  403: 'security_exception',
  405: 'illegal_argument_exception',
  413: 'content_too_long_exception',
  415: 'media_type_header_exception',
  429: 'es_rejected_execution_exception',
  503: 'es_rejected_execution_exception',
} as const satisfies Record<Refusal['status'], string>;

/** Of a whole request the bulk helpers retry 503 and give up on 429. */
function refused(refusal: Refusal): Reply {
  const { status, message, headers } = withoutQuotaStatus(refusal);
  const error = { type: ERROR_TYPES[status], reason: message };
  return answer(status, { error: { root_cause: [error], ...error }, status }, headers);
}

/** A prefix that users put before the index's name. */
const PREFIX = String.raw`^(?:.*\/(?:elastic|elasticsearch|opensearch|es)(?=\/))?`;

/** Elasticsearch's and OpenSearch's `_bulk` (https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk). */
export const bulk: Intake = {
  protocol: 'elasticsearch',
  path: new RegExp(String.raw`${PREFIX}(?:\/(?<index>[^/]+))?(?:\/[^/]+)*\/_bulk$`),

  decode(content, { parameters, received }) {
    const { items, drafts } = readBulk(content, parameters.index, received);
    if (items.length === 0)
      throw new Failure('undecodable', 'body holds no action line such as {"create":{}} followed by a document');
    return { drafts, accepted: (ids) => answerBulk(items, ids, Date.now() - received) };
  },

  refused,
};

function answerBulk(items: readonly BulkItem[], ids: readonly EventId[], took: number): Reply {
  let errors = false;
  const answered = items.map(({ operation, target, draft }) => {
    const { index: _index = 'logs', id } = target;
    // a document that was never there is not found, which no client calls an error: events are not deleted by shippers
    if (operation === 'delete')
      return { delete: { _index, _id: id ?? null, _version: 1, result: 'not_found', status: 404 } };
    if (draft === undefined) {
      errors = true;
      const error = { type: 'parse_exception', reason: 'the action is not followed by a document' };
      return { [operation]: { _index, _id: id ?? null, status: 400, error } };
    }
    const [result, status] = operation === 'update' ? (['updated', 200] as const) : (['created', 201] as const);
    return { [operation]: { _index, _id: id ?? ids[draft], _version: 1, result, status } };
  });
  return answer(200, { took, errors, items: answered });
}

/** `_doc` and `_create`: one document. */
export const document: Intake = {
  protocol: 'elasticsearch',
  path: new RegExp(String.raw`${PREFIX}\/(?:[^/]+\/)*?(?<index>[^/]+)\/(?:_doc|_create)(?:\/(?<id>[^/]+))?$`),

  decode(content, request) {
    const target: Target = {
      index: request.parameters.index ?? 'logs',
      ...(request.parameters.id !== undefined && { id: request.parameters.id }),
    };
    const drafts = [readOne(content, target, request.received)];
    return {
      drafts,
      accepted: ([id]) =>
        answer(201, {
          _index: target.index,
          _id: target.id ?? id,
          _version: 1,
          result: 'created',
          _shards: { total: 1, successful: 1, failed: 0 },
          _seq_no: 0,
          _primary_term: 1,
        }),
    };
  },

  refused,
};

function readOne(content: Buffer, target: Target, received: number) {
  const text = content.toString('utf8');
  if (text.trim() === '') throw new Failure('undecodable', 'body is empty; expected a document');
  let value: unknown;
  try {
    value = readJson(text);
  } catch {
    return withTarget(unreadable(text), target);
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? readDocument(value as Readonly<Record<string, unknown>>, target, received)
    : withTarget(unreadable(text), target);
}

const READ = ['GET', 'HEAD'] as const;
const OURS = { name: 'tributary', cluster_name: 'tributary', cluster_uuid: 'dHJpYnV0YXJ5LWxvZy1wbA' } as const;
const DEFAULT_VERSION = '8.19.0';
const SETTINGS = /\/(?:_ilm|_index_template|_template|_component_template|_ingest|_data_stream|_alias)(?:\/.*)?$/;

/** What clients, shippers and sniffers ask before they send (ingest reference, section 5). */
export const elasticsearchProbes: readonly Probe[] = [
  {
    path: /^(?:.*\/(?:elastic|elasticsearch|opensearch|es)|\/)$/,
    methods: READ,
    answer: (request) =>
      answer(200, {
        ...OURS,
        version: {
          number: versionOf(request),
          build_flavor: 'default',
          build_type: 'docker',
          build_hash: '0000000',
          build_date: '2025-07-23T00:00:00.000Z',
          build_snapshot: false,
          lucene_version: '9.12.1',
          minimum_wire_compatibility_version: '7.17.0',
          minimum_index_compatibility_version: '7.0.0',
        },
        tagline: 'You Know, for Search',
      }),
  },
  {
    path: /\/(?:_license|_xpack)$/,
    methods: READ,
    answer: () =>
      answer(200, {
        license: {
          uid: OURS.cluster_uuid,
          type: 'basic',
          status: 'active',
          // Logstash takes a license without a far end for an expired one
          expiry_date_in_millis: 4_000_000_000_000,
        },
        features: {},
      }),
  },
  {
    path: /\/_cluster\/health(?:\/[^/]+)?$/,
    methods: READ,
    answer: () =>
      answer(200, {
        cluster_name: OURS.cluster_name,
        status: 'green',
        timed_out: false,
        number_of_nodes: 1,
        number_of_data_nodes: 1,
        active_primary_shards: 1,
        active_shards: 1,
      }),
  },
  {
    path: /\/_cat\/health$/,
    methods: READ,
    answer: () => plain(200, 'tributary green 1 1 1 1 0 0 0 0 - 100.0%', PRODUCT),
  },
  { path: /\/_nodes(?:\/.*)?$/, methods: READ, answer: () => answer(200, { ...OURS, nodes: {} }) },
  // what is there already is left alone, so nobody uploads a template of theirs
  { path: SETTINGS, methods: READ, answer: () => answer(200, {}) },
  { path: SETTINGS, methods: ['PUT', 'POST'], answer: () => answer(200, { acknowledged: true }) },
];

/** Filebeat refuses a server older than itself, so an Elastic client hears its own version. */
function versionOf({ headers }: ShipperRequest): string {
  return /^Elastic-[\w-]+\/(\d{1,3}\.\d{1,3}\.\d{1,3})/i.exec(headers['user-agent'] ?? '')?.[1] ?? DEFAULT_VERSION;
}

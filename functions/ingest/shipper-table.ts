import { bulk, document, elasticsearchProbes } from './elasticsearch/elasticsearch.ts';
import { lines } from './lines/lines.ts';
import { loki, lokiProbes } from './loki/loki.ts';
import { otlp } from './otlp/otlp.ts';
import type { ShipperTable } from './shippers.ts';

/** Every protocol that shippers may speak to us, in the order in which paths are tried. */
export const shipperTable: ShipperTable = {
  intakes: [otlp, loki, bulk, document, lines],
  probes: [...lokiProbes, ...elasticsearchProbes],
};

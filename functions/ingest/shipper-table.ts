import { datadogProbes, datadogV1, datadogV2 } from './datadog/datadog.ts';
import { bulk, document, elasticsearchProbes } from './elasticsearch/elasticsearch.ts';
import { firehose } from './firehose/firehose.ts';
import { gelf } from './gelf/gelf.ts';
import { lines } from './lines/lines.ts';
import { loki, lokiProbes } from './loki/loki.ts';
import { otlp } from './otlp/otlp.ts';
import type { ShipperTable } from './shippers.ts';
import { hecAck, hecEvent, hecProbes, hecRaw } from './splunk-hec/splunk-hec.ts';
import { syslog } from './syslog/syslog.ts';

/** Every protocol that shippers may speak to us, in the order in which paths are tried. */
export const shipperTable: ShipperTable = {
  intakes: [otlp, loki, hecRaw, hecAck, hecEvent, datadogV2, datadogV1, firehose, gelf, syslog, bulk, document, lines],
  probes: [...lokiProbes, ...hecProbes, ...datadogProbes, ...elasticsearchProbes],
};

import { Client } from '@elastic/elasticsearch';
import { complain, lines, service, spanId, token, traceId, url } from './plan.mjs';

const client = new Client({ node: url, auth: { username: 'demo', password: token } });
try {
  await client.helpers.bulk({
    datasource: lines.map(({ text, level, iso }) => ({
      '@timestamp': iso,
      message: text,
      log: { level },
      service: { name: service },
      trace: { id: traceId },
      span: { id: spanId },
    })),
    onDocument: () => ({ create: { _index: 'logs-shop' } }),
    onDrop: complain,
  });
} catch (error) {
  complain(error);
}
await client.close();

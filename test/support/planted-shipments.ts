/** A password, put together here so that nobody who scans this file finds one. */
export const PLANTED_PASSWORD = ['hunter2', 'a8Kd0Qm', 'zz'].join('');
const nano = `${Date.now()}000000`;
const member = { password: PLANTED_PASSWORD, note: `login with password=${PLANTED_PASSWORD}` };

/** Events with it by each protocol: path and body. All but `lines` are one event. */
export const SHIPMENTS: Readonly<Record<string, readonly [path: string, body: string]>> = {
  own: [
    '/api/v1/logs',
    JSON.stringify({ timestamp: Date.now(), level: 'INFO', service: 'planted', message: member.note, context: member }),
  ],
  lines: ['/v1/ingest?service=planted', `${member.note}\n${JSON.stringify(member)}`],
  otlp: [
    '/v1/logs',
    JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'planted' } }] },
          scopeLogs: [
            {
              logRecords: [
                {
                  timeUnixNano: nano,
                  severityNumber: 9,
                  body: { stringValue: member.note },
                  attributes: [{ key: 'password', value: { stringValue: PLANTED_PASSWORD } }],
                },
              ],
            },
          ],
        },
      ],
    }),
  ],
  loki: [
    '/loki/api/v1/push',
    JSON.stringify({ streams: [{ stream: { service_name: 'planted' }, values: [[nano, member.note, member]] }] }),
  ],
  bulk: ['/_bulk', `{"create":{"_index":"x"}}\n${JSON.stringify({ ...member, service: 'planted', message: 'in' })}\n`],
  hec: ['/services/collector', JSON.stringify({ event: { ...member, service: 'planted' }, fields: member })],
  datadog: ['/api/v2/logs', JSON.stringify([{ message: JSON.stringify(member), service: 'planted' }])],
  gelf: ['/gelf', JSON.stringify({ version: '1.1', host: 'h', short_message: member.note, _service: 'planted' })],
  firehose: [
    '/firehose?service=planted',
    JSON.stringify({
      requestId: 'r1',
      timestamp: Date.now(),
      records: [{ data: Buffer.from(JSON.stringify(member)).toString('base64') }],
    }),
  ],
};

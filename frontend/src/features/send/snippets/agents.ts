import { placeOf, type Snippet, withPort, withUser } from './snippet.ts';

/** Agents that read logs where they are written. */
export const AGENTS: readonly Snippet[] = [
  {
    id: 'otel-collector',
    name: 'OpenTelemetry Collector',
    text: (url, key) => `exporters:
  otlphttp/tributary:
    endpoint: ${url}
    headers:
      authorization: Bearer ${key}
service:
  pipelines:
    logs:
      receivers: [otlp]
      processors: [batch]
      exporters: [otlphttp/tributary]`,
  },
  {
    id: 'fluent-bit',
    name: 'Fluent Bit',
    text: (url, key) => {
      const { host, port, tls } = placeOf(url);
      return `[OUTPUT]
    Name              http
    Match             *
    Host              ${host}
    Port              ${port}
    URI               /v1/ingest
    Format            json_lines
    Json_date_key     timestamp
    Json_date_format  iso8601
    Compress          gzip
    Header            X-API-Key ${key}
    tls               ${tls ? 'On' : 'Off'}`;
    },
  },
  {
    id: 'fluentd',
    name: 'Fluentd',
    note: 'It tries again after 503 only, which is what it gets when events cannot be taken.',
    text: (url, key) => `<match **>
  @type http
  endpoint ${url}/v1/ingest
  content_type application/x-ndjson
  headers {"X-API-Key":"${key}"}
  <inject>
    time_key timestamp
    time_type string
    time_format %Y-%m-%dT%H:%M:%S.%N%:z
  </inject>
  <format>
    @type json
  </format>
  <buffer>
    flush_interval 2s
  </buffer>
</match>`,
  },
  {
    id: 'vector',
    name: 'Vector',
    text: (url, key) => `sinks:
  tributary:
    type: http
    inputs: [my_source]
    uri: ${url}/v1/ingest
    method: post
    compression: gzip
    encoding:
      codec: json
    framing:
      method: newline_delimited
    request:
      headers:
        X-API-Key: ${key}
        Content-Type: application/x-ndjson`,
  },
  {
    id: 'alloy',
    name: 'Grafana Alloy',
    text: (url, key) => `loki.write "tributary" {
  endpoint {
    url = "${url}/loki/api/v1/push"
    basic_auth {
      username = "tributary"
      password = "${key}"
    }
  }
}`,
  },
  {
    id: 'filebeat',
    name: 'Filebeat',
    text: (url, key) => `output.elasticsearch:
  hosts: ["${withPort(url)}"]
  username: tributary
  password: ${key}
  allow_older_versions: true
setup.ilm.enabled: false
setup.template.enabled: false`,
  },
  {
    id: 'logstash',
    name: 'Logstash',
    text: (url, key) => `output {
  elasticsearch {
    hosts => ["${withPort(url)}"]
    user => "tributary"
    password => "${key}"
    index => "logs"
    ilm_enabled => false
    manage_template => false
  }
}`,
  },
  {
    id: 'datadog-agent',
    name: 'Datadog Agent',
    note: 'Beside Datadog: the Agent goes on sending there with its own key.',
    text: (url, key) => {
      const { host, port, tls } = placeOf(url);
      return `logs_enabled: true
logs_config:
  force_use_http: true
  logs_no_ssl: ${!tls}
  additional_endpoints:
    - host: ${host}
      port: ${port}
      api_key: ${key}
      is_reliable: true`;
    },
  },
  {
    id: 'splunk-hec',
    name: 'Splunk HTTP Event Collector',
    note: 'Whatever sends to a collector sends here with the API key as its token.',
    text: (url, key) => `curl -sS ${url}/services/collector/event \\
  -H "Authorization: Splunk ${key}" \\
  -d '{"sourcetype":"checkout","event":{"message":"order placed","severity":"info"}}'`,
  },
  {
    id: 'docker',
    name: 'Docker (splunk driver)',
    text: (url, key) => `docker run --log-driver=splunk \\
  --log-opt splunk-url=${url} \\
  --log-opt splunk-token=${key} \\
  --log-opt splunk-format=inline \\
  my-image`,
  },
  {
    id: 'rsyslog',
    name: 'rsyslog',
    text: (url, key) => {
      const { host, port, tls } = placeOf(url);
      return `module(load="omhttp")
action(
  type="omhttp"
  server="${host}"
  serverport="${port}"
  usehttps="${tls ? 'on' : 'off'}"
  restpath="v1/ingest"
  httpheaders=["X-API-Key: ${key}"]
  template="RSYSLOG_SyslogProtocol23Format"
  batch="on"
  batch.format="newline"
)`;
    },
  },
  {
    id: 'syslog-ng',
    name: 'syslog-ng',
    text: (url, key) => `destination d_tributary {
  http(
    url("${url}/v1/ingest")
    method("POST")
    headers("X-API-Key: ${key}", "Content-Type: application/x-ndjson")
    body("$(format-json --scope rfc5424 --key ISODATE)")
    delimiter("\\n")
    batch-lines(500)
    batch-timeout(1000)
  );
};`,
  },
  {
    id: 'gelf',
    name: 'GELF',
    text: (url, key) => `curl -sS ${url}/gelf \\
  -H "Authorization: Bearer ${key}" \\
  -d '{"version":"1.1","host":"web-1","short_message":"order placed","level":6,"_service":"checkout"}'`,
  },
  {
    id: 'docker-loki',
    name: 'Docker (loki driver)',
    text: (url, key) => `docker run --log-driver=loki \\
  --log-opt loki-url=${withUser(url, key)}/loki/api/v1/push \\
  my-image`,
  },
];

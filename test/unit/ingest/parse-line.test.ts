import { describe, expect, it } from 'vitest';
import { joinLines } from '../../../functions/ingest/parse/join-lines.ts';
import { parseLine } from '../../../functions/ingest/parse/parse-line.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const nano = (iso: string) => `${Date.parse(iso)}000000`;
const parse = (line: string) => parseLine(line, NOW);

const CASES: readonly { name: string; line: string; draft: object }[] = [
  {
    name: 'a container runtime’s line',
    line: '2026-11-21T10:00:00.123456789Z stderr F {"level":"error","msg":"no"}',
    draft: {
      time: '1795255200123456789',
      severityNumber: 17,
      body: 'no',
      attributes: { 'log.iostream': 'stderr' },
    },
  },
  {
    name: 'a container’s line in parts',
    line: '2026-11-21T10:00:00Z stdout P one \n2026-11-21T10:00:00Z stdout F two',
    draft: { body: 'one two', attributes: { 'log.iostream': 'stdout' } },
  },
  {
    name: 'Docker’s json-file',
    line: '{"log":"2026-11-21 10:00:00,5 WARN slow\\n","stream":"stdout","time":"2026-11-21T10:00:01Z"}',
    draft: {
      time: nano('2026-11-21T10:00:00.500Z'),
      severityNumber: 13,
      body: '2026-11-21 10:00:00,5 WARN slow',
      attributes: { 'log.iostream': 'stdout' },
    },
  },
  {
    name: 'JSON',
    line: '{"ts":1795255200.5,"lvl":"warn","msg":"m","app":"shop","traceId":"5B8EFFF798038103D269B633813FC60C","n":1}',
    draft: {
      time: nano('2026-11-21T10:00:00.500Z'),
      severityNumber: 13,
      severityText: 'warn',
      body: 'm',
      resource: { 'service.name': 'shop' },
      traceId: '5b8efff798038103d269b633813fc60c',
      attributes: { n: 1 },
    },
  },
  {
    name: 'CloudTrail',
    line: '{"eventVersion":"1.08","eventTime":"2026-11-21T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-central-1","sourceIPAddress":"192.0.2.7","userIdentity":{"arn":"arn:aws:iam::1:user/a"},"errorCode":"AccessDenied"}',
    draft: {
      time: nano('2026-11-21T10:00:00Z'),
      severityNumber: 17,
      body: 'GetObject: AccessDenied',
      resource: { 'service.name': 's3.amazonaws.com', 'cloud.provider': 'aws', 'cloud.region': 'eu-central-1' },
    },
  },
  {
    name: 'syslog of RFC 5424 with structured data',
    line: '<165>1 2026-11-21T10:00:00.000003Z host evntslog 7 ID47 [ex@1 iut="3" q="a \\"b\\" \\]"][x y="z"] \ufeffAn event',
    draft: {
      time: '1795255200000003000',
      severityNumber: 10,
      severityText: 'notice',
      body: 'An event',
      resource: { 'host.name': 'host', 'service.name': 'evntslog', 'syslog.facility': 'local4' },
      attributes: {
        'syslog.procid': '7',
        'syslog.msgid': 'ID47',
        'syslog.ex@1.iut': '3',
        'syslog.ex@1.q': 'a "b" ]',
        'syslog.x.y': 'z',
      },
    },
  },
  {
    name: 'syslog of RFC 5424 with nothing but a priority',
    line: '<11>1 - - - - - -',
    draft: { severityNumber: 17, body: '', resource: { 'syslog.facility': 'user' }, attributes: {} },
  },
  {
    name: 'syslog of RFC 3164',
    line: '<34>Oct 11 22:14:15 mymachine su[12]: failed',
    draft: {
      time: nano('2026-10-11T22:14:15Z'),
      severityNumber: 21,
      severityText: 'crit',
      body: 'failed',
      resource: { 'host.name': 'mymachine', 'service.name': 'su', 'syslog.facility': 'auth' },
      attributes: { 'syslog.procid': '12' },
    },
  },
  {
    name: 'syslog without a priority, in the year nearest to now',
    line: 'Dec 31 23:59:59 combo kernel: last',
    draft: { time: nano('2026-12-31T23:59:59Z'), body: 'last', resource: { 'service.name': 'kernel' } },
  },
  {
    name: 'the combined access log',
    line: '192.0.2.1 - bob [21/Nov/2026:10:00:00 +0100] "GET /a?x=1 HTTP/1.1" 503 12 "https://r.example/" "curl \\"8\\"" "192.0.2.9" 0.123',
    draft: {
      time: nano('2026-11-21T09:00:00Z'),
      severityNumber: 17,
      attributes: {
        'client.address': '192.0.2.1',
        'user.name': 'bob',
        'http.request.method': 'GET',
        'url.path': '/a',
        'url.query': 'x=1',
        'network.protocol.name': 'http',
        'network.protocol.version': '1.1',
        'http.response.status_code': 503,
        'http.response.body.size': 12,
        'http.request.header.referer': 'https://r.example/',
        'user_agent.original': 'curl \\"8\\"',
        'http.request.header.x-forwarded-for': '192.0.2.9',
        'http.server.request.duration': 0.123,
      },
    },
  },
  {
    name: 'the common access log',
    line: '2001:db8::1 - - [21/Nov/2026:10:00:00 +0000] "POST /a HTTP/2.0" 404 -',
    draft: { severityNumber: 13, attributes: { 'client.address': '2001:db8::1', 'http.response.status_code': 404 } },
  },
  {
    name: 'nginx’s error log',
    line: '2026/11/21 10:00:00 [crit] 31#32: *7 connect() failed',
    draft: {
      time: nano('2026-11-21T10:00:00Z'),
      severityNumber: 21,
      body: 'connect() failed',
      attributes: { 'process.pid': 31, 'thread.id': 32, 'nginx.connection': 7 },
    },
  },
  {
    name: 'Apache’s error log',
    line: '[Sat Nov 21 10:00:00.000004 2026] [proxy:warn] [pid 3] slow',
    draft: {
      time: '1795255200000004000',
      severityNumber: 13,
      body: '[pid 3] slow',
      attributes: { 'apache.module': 'proxy' },
    },
  },
  {
    name: 'a load balancer’s access log',
    line: 'https 2026-11-21T10:00:00.186641Z app/lb/50dc 192.0.2.1:2817 10.0.0.1:80 0.086 0.048 0.037 502 200 5 57 "GET https://www.example.com:443/a?b=c HTTP/1.1" "curl/8" ECDHE TLSv1.3 arn:aws:tg "Root=1-58337262-36d228ad5d99923122bbe354" "www.example.com" "arn:cert" 1 2026-11-21T10:00:00.086000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1 something new',
    draft: {
      time: '1795255200186641000',
      severityNumber: 17,
      traceId: '5833726236d228ad5d99923122bbe354',
      attributes: {
        'client.address': '192.0.2.1',
        'server.address': '10.0.0.1',
        'http.request.method': 'GET',
        'url.path': '/a',
        'url.query': 'b=c',
        'http.response.status_code': 502,
        'aws.elb.target_status_code': 200,
        'aws.elb.target_processing_time': 0.048,
        'user_agent.original': 'curl/8',
        'server.domain': 'www.example.com',
      },
    },
  },
  {
    name: 'a VPC flow',
    line: '2 123456789010 eni-1235b8ca123456789 172.31.9.69 172.31.9.12 49761 3389 6 20 4249 1795255200 1795255260 REJECT OK',
    draft: {
      time: nano('2026-11-21T10:00:00Z'),
      severityNumber: 13,
      attributes: {
        'source.address': '172.31.9.69',
        'source.port': 49761,
        'destination.port': 3389,
        'aws.vpc.bytes': 4249,
        'aws.vpc.action': 'REJECT',
      },
      resource: { 'cloud.account.id': '123456789010', 'network.transport': 'tcp' },
    },
  },
  {
    name: 'klog',
    line: 'E1121 10:00:00.000007       1 server.go:42] no',
    draft: {
      time: '1795255200000007000',
      severityNumber: 17,
      body: 'no',
      attributes: { 'thread.id': 1, 'code.file.path': 'server.go', 'code.line.number': 42 },
    },
  },
  {
    name: 'logfmt',
    line: 'ts=2026-11-21T10:00:00Z level=error msg="it \\"broke\\"" service=api n=1 e=',
    draft: {
      time: nano('2026-11-21T10:00:00Z'),
      severityNumber: 17,
      body: 'it "broke"',
      resource: { 'service.name': 'api' },
      attributes: { n: '1', e: '' },
    },
  },
  {
    name: 'a line of Lambda’s Node runtime',
    line: '2026-11-21T10:00:00.000Z\t8e827ab1-7d31-4c0f-8c6e-0f3c1c2f0a11\tERROR\tno',
    draft: {
      time: nano('2026-11-21T10:00:00Z'),
      severityNumber: 17,
      body: 'no',
      attributes: { 'faas.invocation_id': '8e827ab1-7d31-4c0f-8c6e-0f3c1c2f0a11' },
    },
  },
  {
    name: 'Lambda’s report',
    line: 'REPORT RequestId: 8e827ab1-7d31-4c0f-8c6e-0f3c1c2f0a11\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB\t',
    draft: {
      severityNumber: 9,
      attributes: {
        'aws.lambda.record': 'REPORT',
        'faas.invocation_id': '8e827ab1-7d31-4c0f-8c6e-0f3c1c2f0a11',
        'aws.lambda.duration_ms': 1.5,
        'aws.lambda.billed_duration_ms': 2,
        'aws.lambda.memory_size_mb': 128,
        'aws.lambda.max_memory_used_mb': 64,
      },
    },
  },
  {
    name: 'any line with a time and a level in front',
    line: '[2026-11-21 10:00:00.5+01:00] [error] no',
    draft: {
      time: nano('2026-11-21T09:00:00.500Z'),
      severityNumber: 17,
      body: '[2026-11-21 10:00:00.5+01:00] [error] no',
    },
  },
  {
    name: 'colours of a terminal',
    line: '\x1b[32mINFO\x1b[0m started',
    draft: { severityNumber: 9, body: 'INFO started' },
  },
];

describe('a line', () => {
  it.each(CASES)('of $name is read for what it holds, and kept as it came', ({ line, draft }) => {
    const read = parse(line);
    expect(read).toMatchObject(draft);
    expect(read.original).toBe(line);
    expect(read.marks ?? []).not.toContain('parse_error');
  });

  it.each([
    ['text that only looks like a pair', 'a=b and then many words that are no pairs at all'],
    ['an address with a bracket', '10.0.0.1 said [hello]'],
    ['a broken priority', '<999>1 2026-11-21T10:00:00Z h a - - - x'],
    ['JSON that is none', '{not json}'],
    ['a word that only names an error', 'no error here, and info about it'],
  ])('of %s stays text', (_name, line) => {
    const read = parse(line);
    expect(read).toMatchObject({ body: line, original: line, attributes: {} });
    expect(read.severityNumber).toBeUndefined();
  });

  it('that is longer than 64 KiB is kept unread', () => {
    const line = `{"level":"error","message":"${'x'.repeat(70_000)}"}`;
    expect(parse(line)).toMatchObject({ body: line, attributes: {} });
  });

  it('is read as the format that the request names, and as text where it is not of it', () => {
    expect(parseLine('{"level":"error"}', NOW, 'text').body).toBe('{"level":"error"}');
    expect(parseLine('level=error msg=x', NOW, 'json').body).toBe('level=error msg=x');
    expect(parseLine('level=error msg=x', NOW, 'logfmt').body).toBe('x');
  });
});

describe('joining lines', () => {
  it('puts a stack trace of Java or JavaScript to the line before it', () => {
    const trace = [
      'ERROR it broke',
      'java.lang.IllegalStateException: no',
      '\tat com.example.A.b(A.java:1)',
      '\t... 12 more',
      'Caused by: java.io.IOException',
      '\tat com.example.C.d(C.java:2)',
    ];
    expect(joinLines(['INFO a', ...trace, 'INFO b'])).toEqual(['INFO a', trace.join('\n'), 'INFO b']);
  });

  it('puts a traceback of Python, with the exception that ends it, to the line before it', () => {
    const lines = [
      'ERROR no',
      'Traceback (most recent call last):',
      '  File "a.py", line 1',
      '    f()',
      'ValueError: no',
      'INFO b',
    ];
    expect(joinLines(lines)).toEqual([lines.slice(0, 5).join('\n'), 'INFO b']);
  });

  it('leaves every other line alone, indented or not', () => {
    const lines = ['a', '  indented', '\ttabbed', 'at noon', 'b'];
    expect(joinLines(lines)).toEqual(lines);
  });

  it('joins the parts of a line that a container runtime cut', () => {
    const lines = [
      '2026-11-21T10:00:00Z stdout P a',
      '2026-11-21T10:00:00Z stdout F b',
      '2026-11-21T10:00:01Z stdout F c',
    ];
    expect(joinLines(lines)).toEqual([`${lines[0]}\n${lines[1]}`, lines[2]]);
  });
});

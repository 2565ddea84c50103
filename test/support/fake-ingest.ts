/** Ledger, quarantine, settings and quota of the fake API. @returns null for paths that are not theirs */
export function makeFakeIngest() {
  const iso = (agoMillis: number) => new Date(Date.now() - agoMillis).toISOString();
  let quarantined = [
    {
      id: 'quarantined-1',
      kind: 'events',
      reasons: [
        { reason: 'field [duration] of type [float] in document with id [1] cannot be parsed', events: 41 },
        { reason: 'object depth is over 20', events: 1 },
      ],
      events: 42,
      bytes: 18_312,
      received_at: iso(36e5),
      quarantined_at: iso(35e5),
      redriven_at: null,
    },
    {
      id: 'quarantined-2',
      kind: 'frame',
      reasons: [{ reason: 'the frame ended the function three times', events: 0 }],
      events: 0,
      bytes: 801_221,
      received_at: iso(5 * 36e5),
      quarantined_at: iso(4 * 36e5),
      redriven_at: iso(36e5),
    },
  ];
  let settings = {
    sanitising: { rules: {}, custom: [] },
    drop_rules: [{ name: 'health checks', query: 'url.path:"/health"', keep: 0.1, enabled: true }],
    quota: {},
    version: 1,
    updated_at: iso(864e5),
    updated_by: 'dana',
  };
  const rules = [
    { name: 'aws-access-key', title: 'AWS access keys', group: 'secret', default_action: 'redact', action: 'redact' },
    { name: 'card-number', title: 'Card numbers', group: 'card', default_action: 'redact', action: 'redact' },
    { name: 'email', title: 'E-mail addresses', group: 'personal', default_action: 'keep', action: 'keep' },
  ];
  const stage = {
    events_per_minute: 600_000,
    bytes_per_minute: 600_000_000,
    events_per_day: 200_000_000,
    bytes_per_day: 200_000_000_000,
  };
  const ledger = () => {
    const items = Array.from({ length: 40 }, (_, index) => {
      const indexed = 900 + Math.round(300 * Math.sin(index / 4));
      return {
        minute: iso((40 - index) * 6e4),
        frames: 3,
        accepted: indexed + 12 + (index % 9 === 0 ? 4 : 0),
        indexed,
        quarantined: index % 9 === 0 ? 4 : 0,
        dropped: 12,
        pending: 0,
        balanced: index !== 20,
      };
    });
    const sum = (name: 'frames' | 'accepted' | 'indexed' | 'quarantined' | 'dropped' | 'pending') =>
      items.reduce((total, item) => total + item[name], 0);
    const open = {
      frame_id: '01JD00000000000000000000AB',
      received_at: iso(20 * 6e4),
      age_seconds: 1_200,
      state: 'overdue',
      missing: 'stored',
      accepted: 412,
      dropped: 0,
      indexed: null,
      quarantined: null,
    };
    return {
      from: iso(36e5),
      to: iso(0),
      balanced: false,
      totals: {
        frames: sum('frames'),
        accepted: sum('accepted'),
        indexed: sum('indexed'),
        quarantined: sum('quarantined'),
        dropped: sum('dropped'),
        pending: sum('pending'),
      },
      items,
      total: items.length,
      open_frames: [open],
      open_frames_total: 1,
      took_ms: 5,
    };
  };
  const preview = (sample: string) => {
    const lines = sample.split('\n');
    const items = lines.flatMap((before, position) => {
      const start = before.indexOf('4111');
      if (start < 0) return [];
      const end = start + 16;
      return [
        {
          position,
          before,
          highlights: [{ rule: 'card-number', action: 'redact', start, end }],
          after: `${before.slice(0, start)}[redacted:card-number]${before.slice(end)}`,
          rules: ['card-number'],
        },
      ];
    });
    return {
      events: lines.length,
      touched: items.length,
      counts: { 'card-number': items.length },
      dropped: {},
      items,
    };
  };

  const uploads: Record<string, unknown>[] = [
    {
      id: 'upload-1',
      name: 'march.zip',
      size: 48_210_112,
      status: 'completed',
      error: null,
      created_at: iso(2 * 36e5),
      updated_at: iso(36e5),
      progress: 1,
      accepted: 412_093,
      rejected: 2,
      rejections: [
        { reason: 'the packed data is damaged after 1,024 unpacked bytes', entry: 'app/b.log.gz', offset: 1_024 },
        { reason: 'the event is larger than 2097152 bytes', entry: 'app/c.log', offset: 77 },
      ],
      first_time: iso(30 * 864e5),
      last_time: iso(29 * 864e5),
    },
  ];
  /** A file is read by the second time that it is asked for. */
  const stepOf = (upload: Record<string, unknown>) => {
    if (upload.status === 'processing') Object.assign(upload, { status: 'completed', progress: 1, accepted: 3 });
    if (upload.status === 'queued') Object.assign(upload, { status: 'processing', progress: 0.4, accepted: 1 });
  };
  const upload = (method: string, path: string, body: string) => {
    const [id, action] = path.slice('/api/v1/uploads/'.length).split('/');
    const found = uploads.find((one) => one.id === id);
    if (action === 'file') return { status: body.length === found?.size ? 200 : 403 };
    if (action === 'complete')
      Object.assign(found ?? {}, { status: 'queued', first_time: iso(6e4), last_time: iso(0) });
    if (method === 'GET' && path === '/api/v1/uploads') {
      const answer = { items: structuredClone(uploads), total: uploads.length };
      uploads.forEach(stepOf);
      return { status: 200, body: answer };
    }
    if (path !== '/api/v1/uploads') return { status: 202, body: found };
    const made = {
      ...uploads.at(-1),
      ...JSON.parse(body),
      id: `upload-${uploads.length + 1}`,
      status: 'waiting',
      created_at: iso(0),
      progress: 0,
      accepted: 0,
      rejected: 0,
      rejections: [],
      first_time: null,
      last_time: null,
    };
    uploads.unshift(made);
    return {
      status: 201,
      body: { ...made, put: { url: `/api/v1/uploads/${made.id}/file`, headers: {}, expires_at: iso(-36e5) } },
    };
  };

  return (method: string, path: string, search: URLSearchParams, body: string) => {
    const ok = (value: unknown) => ({ status: 200, body: value });
    if (path.startsWith('/api/v1/uploads')) return upload(method, path, body);
    if (path === '/api/v1/ingest/ledger') return ok(ledger());
    if (path === '/api/v1/ingest/quota')
      return ok({
        items: [
          { of: 'events', window: 'minute', used: 540_000, remaining: 60_000, resets_at: iso(-3e4) },
          { of: 'bytes', window: 'minute', used: 91_000_000, remaining: 509_000_000, resets_at: iso(-3e4) },
          { of: 'events', window: 'day', used: 31_000_000, remaining: 169_000_000, resets_at: iso(-4e7) },
          { of: 'bytes', window: 'day', used: 12_400_000_000, remaining: 187_600_000_000, resets_at: iso(-4e7) },
        ],
        total: 4,
      });
    if (path === '/api/v1/ingest/settings') {
      if (method === 'PUT') settings = { ...settings, ...JSON.parse(body), version: settings.version + 1 };
      return ok({ ...settings, rules, stage_quota: stage });
    }
    if (path === '/api/v1/ingest/sanitise/preview') return ok(preview(JSON.parse(body).sample));
    const base = '/api/v1/ingest/quarantine';
    if (!path.startsWith(base)) return null;
    if (path === base) {
      const wanted = (search.get('reason') ?? '').toLowerCase();
      const items = quarantined.filter(({ reasons }) =>
        reasons.some(({ reason }) => reason.toLowerCase().includes(wanted)),
      );
      return ok({ items, next_cursor: null, took_ms: 3 });
    }
    const [id, redrive] = path.slice(base.length + 1).split('/');
    if (redrive === 'redrive' || id === 'redrive') {
      const tried = quarantined.filter((entry) => id === 'redrive' || entry.id === id);
      quarantined = quarantined.filter((entry) => !tried.includes(entry));
      const stored = tried.reduce((sum, { events }) => sum + events, 0);
      return ok({ entries: tried.length, stored, refused: 0, reasons: [], next_cursor: null });
    }
    const entry = quarantined.find((one) => one.id === id);
    const reason = entry?.reasons[0]?.reason ?? '';
    return ok({
      ...entry,
      preview: [{ reason, text: '{"message":"GET /api/orders","duration":"fast"}', truncated: false }],
    });
  };
}

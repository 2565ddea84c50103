/** The mapping that Tributary's event store uses, with two promoted slots. */
export const logsTemplate = (pattern: string) => ({
  index_patterns: [pattern],
  version: 7,
  _meta: { owner: 'contract' },
  template: {
    settings: {
      number_of_shards: 1,
      number_of_replicas: 0,
      refresh_interval: '1s',
      analysis: { analyzer: { words: { type: 'custom', tokenizer: 'whitespace' } } },
    },
    mappings: {
      dynamic: false,
      _source: { excludes: ['words', 'kv', 'keys', 'n0', 'n1'] },
      properties: {
        id: { type: 'keyword' },
        project: { type: 'keyword' },
        time: { type: 'date_nanos', format: 'strict_date_optional_time_nanos' },
        observed: { type: 'date_nanos', format: 'strict_date_optional_time_nanos' },
        severity: { type: 'byte' },
        words: { type: 'text', analyzer: 'words', norms: false, position_increment_gap: 100 },
        kv: { type: 'keyword' },
        keys: { type: 'keyword' },
        n0: { type: 'double', index: false },
        n1: { type: 'double', index: false },
      },
    },
  },
});

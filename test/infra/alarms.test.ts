import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ASSUMPTIONS } from '../../lib/config/cost.ts';
import { listResources, STANDARD_STAGE, templatesOf } from '../support/templates.ts';

const { app } = templatesOf(STANDARD_STAGE);
const alarms = listResources(app, 'AWS::CloudWatch::Alarm');
const runbook = readFileSync(new URL('../../docs/runbooks/alarms.md', import.meta.url), 'utf8');
const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
/** As GitHub makes an anchor of a heading. */
const anchorOf = (heading: string) => heading.toLowerCase().replaceAll(' ', '-');

describe('alarms', () => {
  it('watch lag of every consumer, errors and throttles of every function, errors of the API, the quarantine and the ledger', () => {
    const functions = listResources(app, 'AWS::Lambda::Function').filter(({ properties }) =>
      properties.Runtime.startsWith('nodejs'),
    );
    const count = (metric: string) => alarms.filter(({ properties }) => properties.MetricName === metric).length;
    expect(count('Errors')).toBe(functions.length);
    expect(count('Throttles')).toBe(functions.length);
    expect(count('IteratorAge')).toBe(listResources(app, 'AWS::Lambda::EventSourceMapping').length);
    expect(count('5xx')).toBe(1);
    expect(count('QuarantineNotEmpty')).toBe(1);
    expect(count('UnsettledFrames')).toBe(1);
  });

  it('are as many as the estimate of costs counts', () => {
    expect(alarms.length).toBe(ASSUMPTIONS.alarms);
    const ownNamespaces = alarms
      .map(({ properties }) => properties)
      .filter(({ Namespace }) => !Namespace.startsWith('AWS/'));
    expect(new Set(ownNamespaces.map(({ MetricName }) => MetricName)).size).toBe(ASSUMPTIONS.metrics);
  });

  it('each name a heading of the runbook, and the runbook has no other', () => {
    const named = alarms.map(({ properties }) => properties.AlarmDescription as string);
    const used = headings.filter((heading) =>
      named.includes(`${heading}: see docs/runbooks/alarms.md#${anchorOf(heading)}`),
    );
    expect(used).toEqual(headings);
    for (const description of named)
      expect(headings.map((heading) => `${heading}: see docs/runbooks/alarms.md#${anchorOf(heading)}`)).toContain(
        description,
      );
  });

  it('have a runbook that says for each what it means, where to look and how to fix it', () => {
    for (const section of runbook.split(/^## /m).slice(1))
      expect([...section.matchAll(/^\*\*(.+?)\*\*/gm)].map(([, name]) => name)).toEqual([
        'Meaning.',
        'Where to look.',
        'How to fix.',
      ]);
  });

  it('are mailed where the stage says to', () => {
    for (const { properties } of alarms)
      expect(properties.AlarmActions).toEqual([{ Ref: expect.stringMatching(/^AlarmTopic/) }]);
    app.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: STANDARD_STAGE.alarmEmail });
  });

  it('stay quiet where nothing runs', () => {
    for (const { properties } of alarms) expect(properties.TreatMissingData).toBe('notBreaching');
  });
});

import { describe, expect, it } from 'vitest';
import { authorize } from '../../../../lib/local-cloud/iam/authorize.ts';
import type { PolicyStatement, Principals } from '../../../../lib/local-cloud/iam/principals.ts';
import { takeUsage } from '../../../../lib/local-cloud/iam/usage.ts';

const statement = (over: Partial<PolicyStatement>): PolicyStatement => ({
  effect: 'Allow',
  actions: ['dynamodb:getitem'],
  resources: ['arn:table/t'],
  conditions: {},
  source: 'Role/Policy/0',
  ...over,
});

const decide = (statements: readonly PolicyStatement[], over: Partial<Parameters<typeof authorize>[1]> = {}) => {
  const principals: Principals = { AKIA: { arn: 'arn:me', secretAccessKey: 's', statements } };
  return authorize(principals, { accessKeyId: 'AKIA', action: 'dynamodb:GetItem', resource: 'arn:table/t', ...over });
};

const denied = (why: string) => ({
  allowed: false,
  unknownCaller: false,
  message: `User: arn:me is not authorized to perform: dynamodb:GetItem on resource: arn:table/t ${why}`,
});
const NO_POLICY = denied('because no identity-based policy allows the dynamodb:GetItem action');

describe('authorize', () => {
  it('names the statement that allows, and counts its use', () => {
    takeUsage();
    expect(decide([statement({})])).toEqual({ allowed: true, statement: 'Role/Policy/0' });
    expect(takeUsage().uses).toEqual(new Map([['Role/Policy/0 dynamodb:getitem arn:table/t', 1]]));
  });

  it('counts no use where another statement allows the call as well', () => {
    takeUsage();
    expect(decide([statement({}), statement({ source: 'Role/Policy/1' })]).allowed).toBe(true);
    expect(takeUsage().uses.size).toBe(0);
  });

  it("denies with AWS's sentence, notes it, and counts nothing", () => {
    takeUsage();
    expect(decide([])).toEqual(NO_POLICY);
    expect(decide([statement({ resources: ['arn:table/other'] })])).toEqual(NO_POLICY);
    expect(decide([statement({ actions: ['dynamodb:put*'] })])).toEqual(NO_POLICY);
    const { uses, denials } = takeUsage();
    expect(uses.size).toBe(0);
    expect([...denials]).toEqual([NO_POLICY.message]);
  });

  it('lets an explicit deny win, and says so', () => {
    expect(decide([statement({}), statement({ effect: 'Deny', actions: ['dynamodb:*'] })])).toEqual(
      denied('with an explicit deny in an identity-based policy'),
    );
  });

  it('does not know a key that nobody has', () => {
    for (const accessKeyId of ['AKIB', 'constructor']) {
      expect(decide([statement({})], { accessKeyId })).toEqual({
        allowed: false,
        unknownCaller: true,
        message: 'The security token included in the request is invalid.',
      });
    }
  });

  it.each<[string, Partial<PolicyStatement>, boolean]>([
    ['actions in any case', { actions: ['DynamoDB:GETITEM'] }, true],
    ['? for one character', { actions: ['dynamodb:getite?'] }, true],
    ['* across separators', { resources: ['arn:*'] }, true],
    ['a star that does not fit', { resources: ['arn:*/x'] }, false],
    ['NotAction that names it', { actions: [], notActions: ['dynamodb:*'] }, false],
    ['NotAction that does not', { actions: [], notActions: ['s3:*'] }, true],
    ['NotResource that names it', { resources: [], notResources: ['arn:table/t'] }, false],
  ])('matches %s: %j', (_what, over, allowed) => {
    expect(decide([statement(over)]).allowed).toBe(allowed);
  });

  it('reads condition keys in any case and asks every one of them', () => {
    const conditions = { StringEquals: { 'DynamoDB:LeadingKeys': ['p1'] } };
    const context = { 'dynamodb:LeadingKeys': ['p1'] };
    expect(decide([statement({ conditions })], { context }).allowed).toBe(true);
    expect(decide([statement({ conditions })], { context: { 'dynamodb:LeadingKeys': ['p2'] } }).allowed).toBe(false);
    expect(decide([statement({ conditions })]).allowed).toBe(false);
    const both = { ...conditions, Bool: { 'aws:SecureTransport': ['true'] } };
    expect(decide([statement({ conditions: both })], { context }).allowed).toBe(false);
  });

  it('refuses a condition operator that it does not know', () => {
    const conditions = { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8'] } };
    expect(() => decide([statement({ conditions })])).toThrow('IAM condition operator IpAddress is not known here');
  });
});

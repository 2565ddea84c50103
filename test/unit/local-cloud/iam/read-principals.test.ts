// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { authorize } from '../../../../lib/local-cloud/iam/authorize.ts';
import { CredentialStore } from '../../../../lib/local-cloud/iam/credentials.ts';
import { GrantLedger } from '../../../../lib/local-cloud/iam/grant-ledger.ts';
import { readPrincipals } from '../../../../lib/local-cloud/iam/read-principals.ts';
import { readAssembly } from '../../../../lib/local-cloud/template/assembly.ts';
import { readDeployment } from '../../../../lib/local-cloud/template/deployment.ts';
import { functionResources, temporaryFolder, writeAssembly } from '../../../support/cloud-assembly.ts';

const trust = (service: string) => ({
  Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: service } }],
});
const BUCKET = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'site' } };
const sitePolicy = (condition: unknown) => ({
  Type: 'AWS::S3::BucketPolicy',
  Properties: {
    Bucket: { Ref: 'Site' },
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::site/*',
          Principal: { Service: 'cloudfront.amazonaws.com' },
          Condition: condition,
        },
        {
          Effect: 'Deny',
          Action: 's3:*',
          Resource: '*',
          Principal: { AWS: '*' },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  },
});

function principalsOf(Resources: Readonly<Record<string, unknown>>, maskGrant?: string) {
  const deployment = readDeployment(readAssembly(writeAssembly({ stacks: { app: { Resources } } })));
  const identities = readPrincipals(deployment, new CredentialStore(join(temporaryFolder(), 'credentials')), maskGrant);
  const of = (logicalId: string) => {
    const arn = deployment.resources.find((each) => each.logicalId === logicalId)?.arn ?? '';
    return identities.credentials.get(arn)?.accessKeyId ?? '';
  };
  const may = (logicalId: string, action: string, resource: string) =>
    authorize(identities.principals, { accessKeyId: of(logicalId), action, resource }).allowed;
  return { ...identities, may, of };
}

const READ = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
const WRITE = { Effect: 'Allow', Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::b/in/*'] };

describe('principals of a deployment', () => {
  it('gives a function the inline, attached and managed policies of its role', () => {
    const { may, principals, of } = principalsOf({
      ...functionResources('Fn', {}, [READ]),
      Attached: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyName: 'p', PolicyDocument: { Statement: [WRITE] }, Roles: [{ Ref: 'FnRole' }] },
      },
      ...functionResources('Other'),
    });
    expect(may('Fn', 's3:GetObject', 'arn:aws:s3:::b/k')).toBe(true);
    expect(may('Fn', 's3:PutObject', 'arn:aws:s3:::b/in/k')).toBe(true);
    expect(may('Fn', 's3:PutObject', 'arn:aws:s3:::b/out/k')).toBe(false);
    expect(may('Fn', 'logs:PutLogEvents', 'arn:aws:logs:x')).toBe(true);
    expect(may('Other', 's3:GetObject', 'arn:aws:s3:::b/k')).toBe(false);
    expect(principals[of('Fn')]?.statements.map(({ source }) => source)).toEqual([
      'FnRole/own/0',
      'FnRole/Attached/0',
      'FnRole/service-role.AWSLambdaBasicExecutionRole/0',
    ]);
  });

  it('leaves out the one grant that is masked, and knows when there is none of that name', () => {
    const resources = functionResources('Fn', {}, [READ, WRITE]);
    const { may } = principalsOf(resources, 'FnRole/own/1');
    expect(may('Fn', 's3:GetObject', 'arn:aws:s3:::b/k')).toBe(true);
    expect(may('Fn', 's3:PutObject', 'arn:aws:s3:::b/in/k')).toBe(false);
    expect(() => principalsOf(resources, 'FnRole/own/2')).toThrow('there is no grant FnRole/own/2 to mask');
  });

  it('refuses a role that the service cannot assume', () => {
    const resources = functionResources('Fn') as Record<string, { Properties: Record<string, unknown> }>;
    if (resources.FnRole) resources.FnRole.Properties.AssumeRolePolicyDocument = trust('ec2.amazonaws.com');
    expect(() => principalsOf(resources)).toThrow(
      'app / Fn / Properties.Role: role FnRole cannot be assumed by lambda.amazonaws.com',
    );
  });

  it('refuses a managed policy and a policy element that it does not know', () => {
    const withManaged = functionResources('Fn') as Record<string, { Properties: Record<string, unknown> }>;
    if (withManaged.FnRole)
      withManaged.FnRole.Properties.ManagedPolicyArns = ['arn:aws:iam::aws:policy/AdministratorAccess'];
    expect(() => principalsOf(withManaged)).toThrow(
      'managed policy arn:aws:iam::aws:policy/AdministratorAccess is not known here',
    );
    expect(() => principalsOf(functionResources('Fn', {}, [{ ...READ, NotPrincipal: {} }]))).toThrow(
      'Statement.0.NotPrincipal: policy element is not known here',
    );
  });

  it('lets a distribution read what a bucket policy grants to CloudFront for it, and nothing for another one', () => {
    const distribution = { Type: 'AWS::CloudFront::Distribution', Properties: { DistributionConfig: {} } };
    const arn = { 'Fn::Sub': 'arn:aws:cloudfront::${AWS::AccountId}:distribution/${Dist}' };
    const right = principalsOf({
      Site: BUCKET,
      Dist: distribution,
      Policy: sitePolicy({ StringEquals: { 'AWS:SourceArn': arn } }),
    });
    expect(right.may('Dist', 's3:GetObject', 'arn:aws:s3:::site/index.html')).toBe(true);
    expect(right.may('Dist', 's3:PutObject', 'arn:aws:s3:::site/index.html')).toBe(false);
    const wrong = principalsOf({
      Site: BUCKET,
      Dist: distribution,
      Policy: sitePolicy({ StringEquals: { 'AWS:SourceArn': 'arn:other' } }),
    });
    expect(wrong.may('Dist', 's3:GetObject', 'arn:aws:s3:::site/index.html')).toBe(false);
  });

  it('gives each owner a key pair of its own, the same after a restart', () => {
    const path = join(temporaryFolder(), 'credentials');
    const first = new CredentialStore(path);
    expect(new CredentialStore(path).of('app/Fn')).toEqual(first.of('app/Fn'));
    expect(first.of('app/Fn')).not.toEqual(first.of('app/Other'));
    expect(first.of('app/Fn').accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(new CredentialStore(join(temporaryFolder(), 'c')).of('app/Fn')).not.toEqual(first.of('app/Fn'));
  });
});

it('keeps the uses of grants over a restart and lists what was never used', () => {
  const { principals } = principalsOf(functionResources('Fn', {}, [READ, WRITE]));
  const path = join(temporaryFolder(), 'state/grants.json');
  const ledger = new GrantLedger(path, principals);
  const [read] = ledger.grants();
  const [action, resource] = [read?.actions[0] ?? '', read?.resources[0] ?? ''];
  ledger.add([[`FnRole/own/0 ${action} ${resource}`, 2]]);
  ledger.save();
  const again = new GrantLedger(path, principals);
  again.add(new Map([[`FnRole/own/0 ${action} ${resource}` as const, 1]]));
  const grants = again.grants();
  const of = (source: string) => grants.find((grant) => grant.source === source);
  expect(of('FnRole/own/0')).toMatchObject({ uses: 3, unusedActions: read?.actions.slice(1), unusedResources: [] });
  expect(of('FnRole/own/1')).toMatchObject({ uses: 0, unusedActions: of('FnRole/own/1')?.actions });
  expect(grants.some(({ source }) => source.startsWith('operator'))).toBe(false);
});

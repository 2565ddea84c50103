import { describe, expect, it } from 'vitest';
import { readAssembly } from '../../../../lib/local-cloud/template/assembly.ts';
import { readDeployment } from '../../../../lib/local-cloud/template/deployment.ts';
import { RESOURCE_TYPES } from '../../../../lib/local-cloud/template/resource-types.ts';
import { writeAssembly } from '../../../support/cloud-assembly.ts';

const read = (stacks: Readonly<Record<string, Readonly<Record<string, unknown>>>>) =>
  readDeployment(readAssembly(writeAssembly({ stacks })));

const one = (resource: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) =>
  read({ app: { Resources: { It: resource }, ...more } });

describe('a deployment', () => {
  it('resolves references between stacks, in the order of their dependencies', () => {
    const { resources, outputs } = read({
      data: {
        Resources: { Stream: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'in' } } },
        Outputs: { Out: { Value: { 'Fn::GetAtt': ['Stream', 'Arn'] }, Export: { Name: 'data:StreamArn' } } },
      },
      app: {
        Resources: {
          Mapping: {
            Type: 'AWS::Lambda::EventSourceMapping',
            Properties: { EventSourceArn: { 'Fn::ImportValue': 'data:StreamArn' }, FunctionName: 'f' },
          },
        },
      },
    });
    const arn = 'arn:aws:kinesis:us-east-1:000000000000:stream/in';
    expect(resources.find(({ logicalId }) => logicalId === 'Mapping')?.properties.EventSourceArn).toBe(arn);
    expect(outputs.data).toEqual({ Out: arn });
  });

  it('makes the same names at every start, of the length a service takes', () => {
    const names = () =>
      read({
        'a-stack-with-a-rather-long-name': {
          Resources: {
            Bucket: { Type: 'AWS::S3::Bucket' },
            ADomainWithARatherLongLogicalId: { Type: 'AWS::OpenSearchService::Domain' },
            Secret1234: { Type: 'AWS::SecretsManager::Secret' },
          },
        },
      }).resources.map(({ name }) => name);
    const [bucket = '', domain = '', secret = ''] = names();
    expect(names()).toEqual([bucket, domain, secret]);
    expect(bucket).toMatch(/^[a-z0-9-]{3,63}$/);
    expect(domain).toMatch(/^[a-z][a-z0-9-]{2,27}$/);
    // CDK reads a secret's name as <logical id>-<characters>
    expect(secret).toMatch(/^Secret1234-[0-9a-f]{12}$/);
  });

  it('leaves out a resource whose condition does not hold, and keeps one whose does', () => {
    const { resources } = read({
      app: {
        Parameters: { Size: { Type: 'String', Default: 'small' } },
        Conditions: {
          IsSmall: { 'Fn::Equals': [{ Ref: 'Size' }, 'small'] },
          IsLarge: { 'Fn::Not': [{ Condition: 'IsSmall' }] },
        },
        Resources: {
          Small: { Type: 'AWS::SNS::Topic', Condition: 'IsSmall' },
          Large: { Type: 'AWS::SNS::Topic', Condition: 'IsLarge' },
        },
      },
    });
    expect(resources.map(({ logicalId }) => logicalId)).toEqual(['Small']);
  });

  it("skips the helper function of CDK's bucket deployment by name, and no other layer", () => {
    const helper = 'CustomCDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C81C01536';
    const { resources } = one({ Type: 'AWS::SNS::Topic' }, {});
    expect(resources).toHaveLength(1);
    const skipped = read({
      app: {
        Resources: {
          [helper]: { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'python3.13', Layers: [] } },
          DeployAwsCliLayer8445CB38: { Type: 'AWS::Lambda::LayerVersion' },
        },
      },
    });
    expect(skipped.resources).toEqual([]);
    expect(() => one({ Type: 'AWS::Lambda::Function', Properties: { Layers: ['x'] } })).toThrow(
      'app / It / Properties.Layers: property Layers is not known to the local cloud',
    );
  });

  it.each<[string, () => unknown, string]>([
    [
      'a type',
      () => one({ Type: 'AWS::SQS::Queue' }),
      'app / It / Type: resource type AWS::SQS::Queue is not known here',
    ],
    [
      'a type that is a name of Object',
      () => one({ Type: 'constructor' }),
      'app / It / Type: resource type constructor is not known here',
    ],
    [
      'a property',
      () => one({ Type: 'AWS::Kinesis::Stream', Properties: { Nme: 'x' } }),
      'app / It / Properties.Nme: property Nme is not known to the local cloud',
    ],
    [
      'a nested property in a list',
      () =>
        one({
          Type: 'AWS::CloudFront::Distribution',
          Properties: { DistributionConfig: { Origins: [{ Id: 'a' }, { OriginShield: {} }] } },
        }),
      'app / It / Properties.DistributionConfig.Origins.1.OriginShield: property OriginShield is not known to the local cloud',
    ],
    [
      'an attribute',
      () => one({ Type: 'AWS::S3::Bucket', Properties: { BucketName: { 'Fn::GetAtt': ['It', 'WebsiteURL'] } } }),
      'attribute WebsiteURL of AWS::S3::Bucket It is not known here',
    ],
    [
      'a name',
      () => one({ Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: { Ref: 'Nowhere' } } }),
      'app / It / Properties.ShardCount.Ref: there is no resource or parameter Nowhere',
    ],
    [
      'an export',
      () => one({ Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: { 'Fn::ImportValue': 'x' } } }),
      'no stack before this one exports x',
    ],
    [
      'a section',
      () => one({ Type: 'AWS::SNS::Topic' }, { Transform: 'AWS::Serverless' }),
      'app / Transform: section is not known here',
    ],
    [
      'a resource attribute',
      () => one({ Type: 'AWS::SNS::Topic', CreationPolicy: {} }),
      'app / It / CreationPolicy: resource attribute is not known here',
    ],
    [
      'a parameter without default',
      () =>
        one(
          { Type: 'AWS::Kinesis::Stream', Properties: { Name: { Ref: 'P' } } },
          { Parameters: { P: { Type: 'String' } } },
        ),
      'parameter P has no default',
    ],
  ])('refuses %s that it does not know, with its name and place', (_what, start, message) => {
    expect(start).toThrow(message);
  });

  it('does not resolve what has no local effect', () => {
    const { resources } = one({ Type: 'AWS::CloudWatch::Alarm', Properties: { Whatever: { 'Fn::Unknown': 1 } } });
    expect(resources[0]?.properties).toEqual({});
  });

  it('knows no type without saying what its properties do', () => {
    for (const [type, { shape }] of Object.entries(RESOURCE_TYPES)) {
      expect(shape, type).not.toBe('used');
    }
  });
});

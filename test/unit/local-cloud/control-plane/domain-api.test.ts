import { DescribeDomainCommand, OpenSearchClient } from '@aws-sdk/client-opensearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControlServer } from '../../../../lib/local-cloud/control-plane/control-server.ts';
import { domainApi } from '../../../../lib/local-cloud/control-plane/domain-api.ts';
import type { PolicyStatement } from '../../../../lib/local-cloud/iam/principals.ts';
import type { Resource } from '../../../../lib/local-cloud/template/deployment.ts';

const DOMAIN: Resource = {
  stack: 'data',
  logicalId: 'Domain',
  name: 'events',
  region: 'us-east-1',
  accountId: '000000000000',
  type: 'AWS::OpenSearchService::Domain',
  ref: 'events',
  arn: 'arn:aws:es:us-east-1:000000000000:domain/events',
  hosts: ['search-events.us-east-1.es.amazonaws.com'],
  properties: { EngineVersion: 'OpenSearch_2.19' },
};
const allow: PolicyStatement = {
  effect: 'Allow',
  actions: ['es:describedomain'],
  resources: ['*'],
  conditions: {},
  source: 'r/p/0',
};

describe('DescribeDomain', () => {
  const server = new ControlServer({
    AKIAMAY: { arn: 'arn:may', secretAccessKey: 's', statements: [allow] },
    AKIAMAYNOT: { arn: 'arn:maynot', secretAccessKey: 's', statements: [] },
  });
  server.serve(domainApi([DOMAIN], 'us-east-1', '000000000000'));
  let endpoint = '';
  beforeAll(async () => {
    endpoint = await server.listen();
  });
  afterAll(() => server.close());
  const describeDomain = (accessKeyId: string, DomainName: string, secretAccessKey = 's') =>
    new OpenSearchClient({
      region: 'us-east-1',
      endpoint,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
    }).send(new DescribeDomainCommand({ DomainName }));

  it('answers that the domain of the template is made and not changing', async () => {
    const { DomainStatus } = await describeDomain('AKIAMAY', 'events');
    expect(DomainStatus).toMatchObject({
      ARN: DOMAIN.arn,
      Created: true,
      Processing: false,
      EngineVersion: 'OpenSearch_2.19',
      Endpoint: 'search-events.us-east-1.es.amazonaws.com',
    });
  });

  it('does not know another domain, nor who may not ask, nor who signs wrongly', async () => {
    await expect(describeDomain('AKIAMAY', 'other')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(describeDomain('AKIAMAYNOT', 'events')).rejects.toThrow(
      `User: arn:maynot is not authorized to perform: es:DescribeDomain on resource: ${DOMAIN.arn} because no identity-based policy allows the es:DescribeDomain action`,
    );
    await expect(describeDomain('AKIAMAY', 'events', 'wrong')).rejects.toThrow(
      'signature we calculated does not match',
    );
  });
});

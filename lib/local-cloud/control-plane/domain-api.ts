import type { Resource } from '../template/deployment.ts';
import { type ControlApi, refusal } from './control-server.ts';

/**
 * `DescribeDomain` of the domains of the template: made and not changing, as a deployed one is
 * (https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DescribeDomain.html).
 */
export function domainApi(domains: readonly Resource[], region: string, accountId: string): ControlApi {
  return (method, path) => {
    const name = /^\/2021-01-01\/opensearch\/domain\/([^/]+)$/.exec(path)?.[1];
    if (method !== 'GET' || name === undefined) return undefined;
    return {
      action: 'es:DescribeDomain',
      resource: `arn:aws:es:${region}:${accountId}:domain/${name}`,
      run() {
        const domain = domains.find((each) => each.name === name);
        if (domain === undefined) return refusal(409, 'ResourceNotFoundException', `Domain not found: ${name}`);
        return {
          status: 200,
          body: {
            DomainStatus: {
              DomainId: `${accountId}/${name}`,
              DomainName: name,
              ARN: domain.arn,
              Created: true,
              Deleted: false,
              Endpoint: domain.hosts[0],
              Processing: false,
              UpgradeProcessing: false,
              EngineVersion: domain.properties.EngineVersion,
              ClusterConfig: {},
              DomainProcessingStatus: 'Active',
            },
          },
        };
      },
    };
  };
}

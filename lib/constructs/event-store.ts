import { RemovalPolicy } from 'aws-cdk-lib';
import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import { Domain, EngineVersion, type IDomain, TLSSecurityPolicy } from 'aws-cdk-lib/aws-opensearchservice';
import { Construct } from 'constructs';
import type { z } from 'zod';
import type { EventStoreEnv } from '../../functions/adapters/event-store/env.ts';
import { SIZES, type StageSettings } from '../config/stage.ts';
import { acknowledge } from './acknowledge.ts';
import type { ServiceFunction } from './service-function.ts';

export interface EventStoreProps {
  readonly size: StageSettings['size'];
}

/** Where events are searched: an OpenSearch domain that answers identities of this account and nobody else. @stateful */
export class EventStore extends Construct {
  readonly domain: IDomain;

  constructor(scope: Construct, id: string, { size }: EventStoreProps) {
    super(scope, id);
    const { searchNodes, searchInstance, searchDiskGiB, zones } = SIZES[size];
    this.domain = new Domain(this, 'Domain', {
      version: EngineVersion.OPENSEARCH_2_19,
      capacity: { dataNodes: searchNodes, dataNodeInstanceType: searchInstance, multiAzWithStandbyEnabled: false },
      ebs: { volumeSize: searchDiskGiB, volumeType: EbsDeviceVolumeType.GP3 },
      zoneAwareness: zones > 1 ? { enabled: true, availabilityZoneCount: zones } : { enabled: false },
      encryptionAtRest: { enabled: true },
      nodeToNodeEncryption: true,
      enforceHttps: true,
      tlsSecurityPolicy: TLSSecurityPolicy.TLS_1_2_PFS,
      enableAutoSoftwareUpdate: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const byIdentity =
      'It has no access policy: only signed requests of identities whose own policy allows them are answered';
    acknowledge(this.domain, {
      'AwsSolutions-OS1': `No VPC: its gateways would cost more than the domain does. ${byIdentity}`,
      'AwsSolutions-OS3': `The functions have no fixed addresses to list. ${byIdentity}`,
      'AwsSolutions-OS4':
        'Three data nodes are a quorum of their own; managers apart pay off from about ten nodes, and cannot help the one node of the small size',
      'AwsSolutions-OS5': byIdentity,
      'AwsSolutions-OS9[LogExport::SEARCH_SLOW_LOGS]': 'Slow logs hold queries, and queries hold personal data',
      'AwsSolutions-OS9[LogExport::INDEX_SLOW_LOGS]': 'Slow logs hold documents, which are the events of the tenants',
      ...(zones === 1 && {
        'AwsSolutions-OS7': 'The small size is one node; the standard size spreads over three zones',
      }),
    });
  }
}

/** Settings of the store that a stage chooses. */
export interface EventStoreSettings {
  readonly refreshSeconds: number;
  readonly replicas: number;
}

function tell(domain: IDomain, fn: ServiceFunction, { refreshSeconds, replicas }: EventStoreSettings): void {
  fn.addEnvironment({
    OPENSEARCH_DOMAIN_ENDPOINT: domain.domainEndpoint,
    OPENSEARCH_REFRESH_SECONDS: String(refreshSeconds),
    OPENSEARCH_REPLICAS: String(replicas),
  } satisfies z.input<typeof EventStoreEnv>);
}

/** Lets a function write events: bulks, and the template before the first. */
export function grantWriteEvents(domain: IDomain, fn: ServiceFunction, settings: EventStoreSettings): void {
  tell(domain, fn, settings);
  fn.allow(['es:ESHttpPost'], [`${domain.domainArn}/_bulk`]);
  fn.allow(['es:ESHttpGet', 'es:ESHttpPut'], [`${domain.domainArn}/_index_template/logs`]);
}

/** Lets a function search events. */
export function grantSearchEvents(domain: IDomain, fn: ServiceFunction, settings: EventStoreSettings): void {
  tell(domain, fn, settings);
  fn.allow(['es:ESHttpPost'], [`${domain.domainArn}/logs-*/_search`], {
    because: 'There is an index for each retention class and day',
  });
}

/** Lets a function search events as they were at one moment, however long it takes. */
export function grantReadPoints(domain: IDomain, fn: ServiceFunction, settings: EventStoreSettings): void {
  tell(domain, fn, settings);
  fn.allow(['es:ESHttpPost'], [`${domain.domainArn}/_search`]);
  fn.allow(['es:ESHttpPost'], [`${domain.domainArn}/logs-*/_search/point_in_time`], {
    because: 'There is an index for each retention class and day',
  });
  fn.allow(['es:ESHttpDelete'], [`${domain.domainArn}/_search/point_in_time`]);
}

/** Lets a function search events and get one by its id. */
export function grantReadEvents(domain: IDomain, fn: ServiceFunction, settings: EventStoreSettings): void {
  grantSearchEvents(domain, fn, settings);
  fn.allow(['es:ESHttpGet'], [`${domain.domainArn}/logs-*/_doc/*`], {
    because: 'There is an index for each retention class and day, and a document for each event',
  });
}

/** Lets a function hide events, show them again and remove them. */
export function grantHideEvents(domain: IDomain, fn: ServiceFunction, settings: EventStoreSettings): void {
  tell(domain, fn, settings);
  fn.allow(['es:ESHttpPost'], [`${domain.domainArn}/_bulk`]);
  fn.allow(['es:ESHttpGet'], [`${domain.domainArn}/logs-*/_doc/*`], {
    because: 'There is an index for each retention class and day, and a document for each event',
  });
}

/** Lets a function see whether the store is well. */
export function grantWatchEvents(domain: IDomain, fn: ServiceFunction, settings: EventStoreSettings): void {
  tell(domain, fn, settings);
  fn.allow(['es:ESHttpGet'], [`${domain.domainArn}/_cluster/health`]);
  fn.allow(['es:DescribeDomain'], [domain.domainArn]);
}

/** What `DescribeDomain` tells of a domain, as far as it is asked for. */
interface DomainStatus {
  readonly Created?: boolean | undefined;
  readonly Deleted?: boolean | undefined;
  readonly Processing?: boolean | undefined;
  readonly UpgradeProcessing?: boolean | undefined;
  readonly DomainProcessingStatus?: string | undefined;
}

/**
 * A word for what the service does with a domain now: `Active` when nothing
 * (https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DomainStatus.html).
 * @throws Error named after the state where the domain cannot be used
 */
export function stateOf(domain: DomainStatus | undefined): string {
  if (domain === undefined) return 'UNKNOWN';
  if (domain.Deleted) throw named('DomainDeleted');
  if (domain.Created === false) throw named('DomainNotCreated');
  // an update or upgrade is blue-green: the domain serves meanwhile
  if (domain.UpgradeProcessing) return 'UpgradingEngineVersion';
  return domain.DomainProcessingStatus ?? (domain.Processing ? 'Modifying' : 'Active');
}

function named(name: string): Error {
  const error = new Error(`the domain is not usable: ${name}`);
  error.name = name;
  return error;
}

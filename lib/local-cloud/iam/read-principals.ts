import type { Deployment, Resource } from '../template/deployment.ts';
import { TemplateError } from '../template/template-error.ts';
import type { CredentialStore, Credentials } from './credentials.ts';
import { readStatements } from './policy-document.ts';
import type { Principal, Principals } from './principals.ts';
import { placeOf, type Role, readRoles } from './roles.ts';

/** Everybody who calls something in the local cloud, and the key pairs they sign with. */
export interface Identities {
  readonly principals: Principals;
  /** Key pair by ARN of the function, schedule, rule or distribution that acts. */
  readonly credentials: ReadonlyMap<string, Credentials>;
  /** Whoever started the local cloud: may do everything, for seeding and for publishing the site. */
  readonly operator: Credentials;
}

/**
 * One principal for each function, each schedule and each distribution, with the statements of its role. A distribution reads a bucket by
 * what the bucket's policy grants to CloudFront's service principal.
 * @param maskGrant source of one statement that is left out, so that a test can see what fails without it
 */
export function readPrincipals(deployment: Deployment, store: CredentialStore, maskGrant?: string): Identities {
  const roles = readRoles(deployment);
  const principals: Record<string, Principal> = {};
  const credentials = new Map<string, Credentials>();
  let masked = false;
  const add = (owner: string, key: string, principal: Omit<Principal, 'secretAccessKey'>): Credentials => {
    const pair = store.of(owner);
    const statements = principal.statements.filter(({ source }) => source !== maskGrant);
    masked ||= statements.length < principal.statements.length;
    principals[pair.accessKeyId] = {
      ...principal,
      statements,
      secretAccessKey: pair.secretAccessKey,
    };
    credentials.set(key, pair);
    return pair;
  };

  for (const resource of deployment.resources) {
    const owner = `${resource.stack}/${resource.logicalId}`;
    if (resource.type === 'AWS::Lambda::Function') {
      const role = roleOf(roles, resource, String(resource.properties.Role), 'Role', 'lambda.amazonaws.com');
      add(owner, resource.arn, {
        arn: sessionArn(role, resource.name),
        statements: role.statements,
      });
    }
    if (resource.type === 'AWS::Scheduler::Schedule') {
      const { RoleArn } = resource.properties.Target as { RoleArn: string };
      const role = roleOf(roles, resource, RoleArn, 'Target.RoleArn', 'scheduler.amazonaws.com');
      add(owner, resource.arn, {
        arn: sessionArn(role, resource.name),
        statements: role.statements,
      });
    }
    if (resource.type === 'AWS::CloudFront::Distribution') {
      add(owner, resource.arn, {
        arn: resource.arn,
        statements: originAccess(deployment, resource),
      });
    }
  }
  const everything = {
    effect: 'Allow',
    actions: ['*'],
    resources: ['*'],
    conditions: {},
    source: 'operator',
  } as const;
  const operator = add('operator', 'operator', {
    arn: `arn:aws:iam::${deployment.accountId}:user/operator`,
    statements: [everything],
  });
  if (maskGrant !== undefined && !masked) throw new Error(`there is no grant ${maskGrant} to mask`);
  return { principals, credentials, operator };
}

function roleOf(
  roles: ReadonlyMap<string, Role>,
  resource: Resource,
  arn: string,
  property: string,
  service: string,
): Role {
  const role = roles.get(arn);
  if (role === undefined) throw new TemplateError(placeOf(resource, property), `there is no role ${arn}`);
  if (!role.trustedServices.includes(service)) {
    throw new TemplateError(
      placeOf(resource, property),
      `role ${role.resource.logicalId} cannot be assumed by ${service}`,
    );
  }
  return role;
}

function sessionArn({ resource }: Role, session: string): string {
  return `arn:aws:sts::${resource.accountId}:assumed-role/${resource.name}/${session}`;
}

function originAccess(deployment: Deployment, distribution: Resource): Principal['statements'] {
  const about: Readonly<Record<string, string>> = {
    'aws:sourcearn': distribution.arn,
    'aws:sourceaccount': deployment.accountId,
  };
  return deployment.resources
    .filter(({ type }) => type === 'AWS::S3::BucketPolicy')
    .flatMap((policy) =>
      readStatements(policy.properties.PolicyDocument, policy.logicalId, placeOf(policy, 'PolicyDocument')),
    )
    .filter(({ principal }) => principal.services.includes('cloudfront.amazonaws.com'))
    .filter(({ conditions }) =>
      Object.values(conditions).every((keys) =>
        Object.entries(keys).every(([key, values]) => values.includes(about[key.toLowerCase()] ?? '')),
      ),
    )
    .map((statement) => ({ ...statement, conditions: {} }));
}

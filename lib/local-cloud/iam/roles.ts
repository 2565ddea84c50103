import type { Deployment, Resource } from '../template/deployment.ts';
import { type Place, TemplateError, within } from '../template/template-error.ts';
import { readStatements } from './policy-document.ts';
import type { PolicyStatement } from './principals.ts';

/** A role with all it may do, and who may take it on. */
export interface Role {
  readonly resource: Resource;
  readonly statements: readonly PolicyStatement[];
  /** Service principals that may assume it, for example `lambda.amazonaws.com`. */
  readonly trustedServices: readonly string[];
}

/** AWS's own policies, as far as they are known here (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/). */
const MANAGED_POLICIES: Readonly<Record<string, readonly string[]>> = {
  'service-role/AWSLambdaBasicExecutionRole': ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
};

/** Every role of the deployment by ARN, with the statements of its inline, attached and managed policies. */
export function readRoles(deployment: Deployment): ReadonlyMap<string, Role> {
  const attached = deployment.resources.filter(
    ({ type }) => type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy',
  );
  const roles = deployment.resources.filter(({ type }) => type === 'AWS::IAM::Role');
  for (const policy of attached) {
    for (const name of names(policy.properties.Roles)) {
      if (!roles.some((role) => role.ref === name))
        throw new TemplateError(placeOf(policy, 'Roles'), `there is no role ${name}`);
    }
  }
  return new Map(
    roles.map((role) => {
      const inline = (role.properties.Policies ?? []) as readonly {
        PolicyName: string;
        PolicyDocument: unknown;
      }[];
      const statements = [
        ...inline.flatMap(({ PolicyName, PolicyDocument }, index) =>
          readStatements(PolicyDocument, `${role.logicalId}/${PolicyName}`, within(placeOf(role, 'Policies'), index)),
        ),
        ...attached
          .filter((policy) => names(policy.properties.Roles).includes(role.ref))
          .flatMap((policy) =>
            readStatements(
              policy.properties.PolicyDocument,
              `${role.logicalId}/${policy.logicalId}`,
              placeOf(policy, 'PolicyDocument'),
            ),
          ),
        ...names(role.properties.ManagedPolicyArns).flatMap((arn) => managedStatements(arn, role, attached)),
      ];
      const trust = readStatements(
        role.properties.AssumeRolePolicyDocument,
        '',
        placeOf(role, 'AssumeRolePolicyDocument'),
      );
      const trustedServices = trust
        .filter(({ effect, actions }) => effect === 'Allow' && actions.includes('sts:assumerole'))
        .flatMap(({ principal }) => principal.services);
      return [role.arn, { resource: role, statements, trustedServices }];
    }),
  );
}

function managedStatements(arn: string, role: Resource, declared: readonly Resource[]): readonly PolicyStatement[] {
  const own = declared.find((policy) => policy.arn === arn);
  if (own !== undefined) {
    return readStatements(
      own.properties.PolicyDocument,
      `${role.logicalId}/${own.logicalId}`,
      placeOf(own, 'PolicyDocument'),
    );
  }
  const name = arn.replace(/^arn:aws:iam::aws:policy\//, '');
  const actions = Object.hasOwn(MANAGED_POLICIES, name) ? MANAGED_POLICIES[name] : undefined;
  if (actions === undefined) {
    throw new TemplateError(placeOf(role, 'ManagedPolicyArns'), `managed policy ${arn} is not known here`);
  }
  const source = `${role.logicalId}/${name.replaceAll('/', '.')}/0`;
  return [
    {
      effect: 'Allow',
      actions: actions.map((action) => action.toLowerCase()),
      resources: ['*'],
      conditions: {},
      source,
    },
  ];
}

/** The place of a property, for messages. */
export function placeOf(resource: Resource, property: string): Place {
  return {
    stack: resource.stack,
    logicalId: resource.logicalId,
    path: `Properties.${property}`,
  };
}

function names(value: unknown): readonly string[] {
  return (value ?? []) as readonly string[];
}

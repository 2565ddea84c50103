import type { Assembly, Stack } from './assembly.ts';
import { generatedName, type Identity } from './identity.ts';
import { resolve, resolveCondition, type Scope } from './intrinsics.ts';
import { isBucketDeploymentHelper, RESOURCE_TYPES } from './resource-types.ts';
import { checkShape } from './shape.ts';
import { type Place, TemplateError, within } from './template-error.ts';

/** A resource of the templates with every intrinsic resolved. */
export interface Resource extends Identity {
  readonly type: string;
  /** What `Ref` gives: name, id or ARN, by type. */
  readonly ref: string;
  /** Empty for a type without one. */
  readonly arn: string;
  /** Host names that only exist in an account, for example of a distribution. */
  readonly hosts: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What the stacks of an assembly declare, resolved for one account and region. */
export interface Deployment {
  readonly region: string;
  readonly accountId: string;
  readonly resources: readonly Resource[];
  /** Values by stack name and output name. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly assets: ReadonlyMap<string, string>;
}

const RESOURCE_KEYS = new Set([
  'Type',
  'Properties',
  'Condition',
  // order and removal are CloudFormation's business: everything starts at once here, and nothing is removed
  'DependsOn',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'Metadata',
]);

/**
 * Resolves every resource and output of an assembly.
 * @throws TemplateError naming stack, logical id and path of the first type, property or intrinsic that is not known here
 */
export function readDeployment(assembly: Assembly): Deployment {
  const region = same(assembly.stacks, 'region') ?? 'us-east-1';
  const accountId = same(assembly.stacks, 'accountId') ?? '000000000000';
  const exports = new Map<string, () => unknown>();
  const resources: Resource[] = [];
  const outputs: Record<string, Record<string, string>> = {};
  for (const stack of assembly.stacks) {
    const scope = new StackScope(stack, region, accountId, exports);
    for (const [name, output] of Object.entries(stack.template.Outputs ?? {})) {
      const place: Place = {
        stack: stack.name,
        logicalId: name,
        path: 'Outputs',
      };
      if (!scope.exists(output.Condition, place)) continue;
      const value = () => resolve(output.Value, scope, within(place, 'Value'));
      if (output.Export !== undefined) exports.set(String(resolve(output.Export.Name, scope, place)), value);
    }
    for (const logicalId of Object.keys(stack.template.Resources)) {
      const resource = scope.resource(logicalId);
      if (resource !== undefined) resources.push(resource);
    }
    outputs[stack.name] = Object.fromEntries(
      Object.entries(stack.template.Outputs ?? {})
        .filter(([name, output]) =>
          scope.exists(output.Condition, {
            stack: stack.name,
            logicalId: name,
          }),
        )
        .map(([name, output]) => [
          name,
          String(
            resolve(output.Value, scope, {
              stack: stack.name,
              logicalId: name,
              path: 'Outputs',
            }),
          ),
        ]),
    );
  }
  return { region, accountId, resources, outputs, assets: assembly.assets };
}

function same(stacks: readonly Stack[], key: 'region' | 'accountId'): string | undefined {
  const values = new Set(stacks.map((stack) => stack[key]).filter((value) => value !== undefined));
  if (values.size > 1) throw new Error(`the stacks are for different values of ${key}: ${[...values].join(', ')}`);
  return [...values][0];
}

/** Names of one template. Resources are identified lazily, so that they may refer to each other in any order. */
class StackScope implements Scope {
  readonly #stack: Stack;
  readonly #region: string;
  readonly #accountId: string;
  readonly #exports: ReadonlyMap<string, () => unknown>;
  readonly #identities = new Map<string, Identity>();

  constructor(stack: Stack, region: string, accountId: string, exports: ReadonlyMap<string, () => unknown>) {
    this.#stack = stack;
    this.#region = region;
    this.#accountId = accountId;
    this.#exports = exports;
  }

  exists(condition: string | undefined, place: Place): boolean {
    return condition === undefined || this.condition(condition, place);
  }

  /** The resource, or undefined when its condition does not hold or it belongs to a helper that the local cloud replaces. */
  resource(logicalId: string): Resource | undefined {
    const place: Place = { stack: this.#stack.name, logicalId };
    const declared = this.#declared(logicalId, place);
    if (!this.exists(declared.Condition, place) || isBucketDeploymentHelper(logicalId, declared.Type)) return undefined;
    for (const key of Object.keys(declared)) {
      if (!RESOURCE_KEYS.has(key)) throw new TemplateError(within(place, key), 'resource attribute is not known here');
    }
    const type = this.#type(logicalId, place);
    const inProperties = within(place, 'Properties');
    const raw = declared.Properties ?? {};
    const { shape } = type;
    const properties: Record<string, unknown> = {};
    if (shape !== 'ignored') {
      checkShape(Object.fromEntries(Object.keys(raw).map((name) => [name, undefined])), shape, inProperties);
      for (const [name, value] of Object.entries(raw)) {
        // what has no local effect is not resolved either: it may refer to what only an account has
        if (shape !== 'used' && shape[name] === 'ignored') continue;
        const resolved = resolve(value, this, within(inProperties, name));
        if (resolved !== undefined) properties[name] = resolved;
      }
      checkShape(properties, shape, inProperties);
    }
    const identity = this.#identity(logicalId, place);
    return {
      ...identity,
      type: declared.Type,
      ref: this.ref(logicalId, place),
      arn: type.arn?.(identity) ?? '',
      hosts: type.host === undefined ? [] : [type.host(identity)],
      properties,
    };
  }

  ref(name: string, place: Place): string {
    const pseudo = this.#pseudo(name);
    if (pseudo !== undefined) return pseudo;
    const parameter = this.#stack.template.Parameters?.[name];
    if (parameter !== undefined) {
      if (parameter.Default === undefined) throw new TemplateError(place, `parameter ${name} has no default`);
      return String(parameter.Default);
    }
    const identity = this.#identity(name, place);
    return this.#type(name, place).ref?.(identity) ?? identity.name;
  }

  getAtt(logicalId: string, attribute: string, place: Place): string {
    const type = this.#type(logicalId, place);
    const attributes: Readonly<Record<string, (identity: Identity) => string>> = {
      ...(type.arn === undefined ? {} : { Arn: type.arn }),
      ...type.attributes,
    };
    const read = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
    if (read === undefined) {
      const known = this.#declared(logicalId, place).Type;
      throw new TemplateError(place, `attribute ${attribute} of ${known} ${logicalId} is not known here`);
    }
    return read(this.#identity(logicalId, place));
  }

  importValue(exportName: string, place: Place): unknown {
    const read = this.#exports.get(exportName);
    if (read === undefined) throw new TemplateError(place, `no stack before this one exports ${exportName}`);
    return read();
  }

  condition(name: string, place: Place): boolean {
    const condition = this.#stack.template.Conditions?.[name];
    if (condition === undefined) throw new TemplateError(place, `there is no condition ${name}`);
    return resolveCondition(condition, this, {
      stack: this.#stack.name,
      logicalId: name,
      path: 'Conditions',
    });
  }

  findInMap(map: string, first: string, second: string, place: Place): unknown {
    const value = this.#stack.template.Mappings?.[map]?.[first]?.[second];
    if (value === undefined) throw new TemplateError(place, `mapping ${map} has no value for ${first}, ${second}`);
    return value;
  }

  availabilityZones(region: string): readonly string[] {
    return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
  }

  #pseudo(name: string): string | undefined {
    switch (name) {
      case 'AWS::AccountId':
        return this.#accountId;
      case 'AWS::Region':
        return this.#region;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return this.#stack.name;
      case 'AWS::StackId':
        return `arn:aws:cloudformation:${this.#region}:${this.#accountId}:stack/${this.#stack.name}/local`;
      default:
        return undefined;
    }
  }

  #declared(logicalId: string, place: Place) {
    const declared = this.#stack.template.Resources[logicalId];
    if (declared === undefined) throw new TemplateError(place, `there is no resource or parameter ${logicalId}`);
    return declared;
  }

  #type(logicalId: string, place: Place) {
    const { Type } = this.#declared(logicalId, place);
    const type = Object.hasOwn(RESOURCE_TYPES, Type) ? RESOURCE_TYPES[Type] : undefined;
    if (type === undefined) {
      throw new TemplateError(
        { stack: this.#stack.name, logicalId, path: 'Type' },
        `resource type ${Type} is not known here`,
      );
    }
    return type;
  }

  #identity(logicalId: string, place: Place): Identity {
    const known = this.#identities.get(logicalId);
    if (known !== undefined) return known;
    const declared = this.#declared(logicalId, place);
    const type = this.#type(logicalId, place);
    const given = type.nameProperty === undefined ? undefined : declared.Properties?.[type.nameProperty];
    const generated = generatedName(this.#stack.name, logicalId, type);
    const name =
      given === undefined
        ? type.lowerCaseName
          ? generated.toLowerCase()
          : generated
        : String(
            resolve(given, this, {
              stack: this.#stack.name,
              logicalId,
              path: `Properties.${type.nameProperty}`,
            }),
          );
    const identity = {
      stack: this.#stack.name,
      logicalId,
      name,
      region: this.#region,
      accountId: this.#accountId,
    };
    this.#identities.set(logicalId, identity);
    return identity;
  }
}

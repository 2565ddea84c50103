import { matches } from '../iam/authorize.ts';
import { placeOf } from '../iam/roles.ts';
import type { Deployment, Resource } from '../template/deployment.ts';
import { TemplateError } from '../template/template-error.ts';

/** Who may invoke which function: the resource policies that `AWS::Lambda::Permission` makes. */
export class LambdaPermissions {
  readonly #permissions: readonly {
    readonly functionArn: string;
    readonly principal: string;
    readonly sourceArn: string;
  }[];

  constructor(deployment: Deployment) {
    const functions = deployment.resources.filter(({ type }) => type === 'AWS::Lambda::Function');
    this.#permissions = deployment.resources
      .filter(({ type }) => type === 'AWS::Lambda::Permission')
      .map((resource) => {
        const { Action, FunctionName, Principal, SourceArn = '*' } = resource.properties as Record<string, string>;
        if (Action !== 'lambda:InvokeFunction')
          throw new TemplateError(placeOf(resource, 'Action'), `action ${Action} is not known here`);
        return {
          functionArn: findFunction(functions, FunctionName ?? '', resource).arn,
          principal: Principal ?? '',
          sourceArn: SourceArn,
        };
      });
  }

  /** @param principal service, for example `apigateway.amazonaws.com` */
  allows(principal: string, functionArn: string, sourceArn: string): boolean {
    return this.#permissions.some(
      (permission) =>
        permission.functionArn === functionArn &&
        permission.principal === principal &&
        matches(permission.sourceArn, sourceArn),
    );
  }
}

function findFunction(functions: readonly Resource[], nameOrArn: string, resource: Resource): Resource {
  const found = functions.find(({ name, arn }) => nameOrArn === name || nameOrArn === arn);
  if (found === undefined)
    throw new TemplateError(placeOf(resource, 'FunctionName'), `there is no function ${nameOrArn}`);
  return found;
}

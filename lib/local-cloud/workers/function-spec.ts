import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { placeOf } from '../iam/roles.ts';
import type { Deployment, Resource } from '../template/deployment.ts';
import { TemplateError } from '../template/template-error.ts';

/** A Lambda function as the template declares it. */
export interface FunctionSpec {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** File of the bundle that holds the handler. */
  readonly file: string;
  /** Name of its export, for example `handler`. */
  readonly exportName: string;
  readonly handler: string;
  readonly memoryMegabytes: number;
  readonly timeoutMillis: number;
  /** Undefined: shares the account's concurrency with all others. */
  readonly reservedConcurrency: number | undefined;
  readonly logGroupName: string;
  /** Environment of the template alone. */
  readonly variables: Readonly<Record<string, string>>;
}

/** @throws TemplateError where the bundle is missing or the runtime is not Node.js */
export function readFunctionSpec(resource: Resource, deployment: Deployment): FunctionSpec {
  const { Runtime, Handler, Code, Timeout, MemorySize, ReservedConcurrentExecutions, Environment, LoggingConfig } =
    resource.properties as {
      Runtime: string;
      Handler: string;
      Code: { S3Key: string };
      Timeout?: number;
      MemorySize?: number;
      ReservedConcurrentExecutions?: number;
      Environment?: { Variables?: Readonly<Record<string, unknown>> };
      LoggingConfig?: { LogGroup?: string };
    };
  if (!/^nodejs\d/.test(Runtime)) {
    throw new TemplateError(placeOf(resource, 'Runtime'), `runtime ${Runtime} is not known here, expected nodejs`);
  }
  const folder = deployment.assets.get(Code.S3Key);
  if (folder === undefined)
    throw new TemplateError(placeOf(resource, 'Code.S3Key'), `the assembly has no asset ${Code.S3Key}`);
  const dot = Handler.lastIndexOf('.');
  const module = Handler.slice(0, dot);
  const file = ['mjs', 'js', 'cjs'].map((extension) => join(folder, `${module}.${extension}`)).find(existsSync);
  if (dot <= 0 || file === undefined) {
    throw new TemplateError(placeOf(resource, 'Handler'), `the bundle ${folder} has no file for handler ${Handler}`);
  }
  return {
    logicalId: resource.logicalId,
    name: resource.name,
    arn: resource.arn,
    file,
    exportName: Handler.slice(dot + 1),
    handler: Handler,
    memoryMegabytes: MemorySize ?? 128,
    timeoutMillis: (Timeout ?? 3) * 1000,
    reservedConcurrency: ReservedConcurrentExecutions,
    logGroupName: LoggingConfig?.LogGroup ?? `/aws/lambda/${resource.name}`,
    variables: Object.fromEntries(
      Object.entries(Environment?.Variables ?? {}).map(([name, value]) => [name, String(value)]),
    ),
  };
}

import { join } from 'node:path';
import { authorize } from './iam/authorize.ts';
import type { Identities } from './iam/read-principals.ts';
import { functionEnvironment } from './workers/function-environment.ts';
import { type ColdStart, FunctionPool, type InvocationResult } from './workers/function-pool.ts';
import type { FunctionSpec } from './workers/function-spec.ts';
import { LogFile } from './workers/log-file.ts';

export interface FunctionsOptions {
  readonly specs: readonly FunctionSpec[];
  /** The template's variables of a function, with every reference and host resolved, by ARN. */
  readonly variables: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly identities: Identities;
  readonly region: string;
  readonly accountId: string;
  readonly endpoints: Readonly<Record<string, string>>;
  /** Folder of the functions' logs. */
  readonly logs: string;
  readonly log: (message: string) => void;
}

/** The functions of a deployment, ready to be invoked. */
export class Functions {
  readonly #pools = new Map<string, FunctionPool>();
  readonly #logs: LogFile[] = [];
  readonly coldStarts: ColdStart[] = [];

  constructor({ specs, variables, identities, region, accountId, endpoints, logs, log }: FunctionsOptions) {
    for (const spec of specs) {
      const credentials = identities.credentials.get(spec.arn);
      if (credentials === undefined) throw new Error(`function ${spec.logicalId} has no credentials`);
      const mayLog = authorize(identities.principals, {
        accessKeyId: credentials.accessKeyId,
        action: 'logs:PutLogEvents',
        resource: `arn:aws:logs:${region}:${accountId}:log-group:${spec.logGroupName}:log-stream:local`,
      });
      if (!mayLog.allowed) log(`the logs of function ${spec.logicalId} are lost: ${mayLog.message}`);
      const file = mayLog.allowed ? new LogFile(join(logs, `${spec.logicalId}.log`)) : undefined;
      if (file !== undefined) this.#logs.push(file);
      const environment = functionEnvironment(spec, variables.get(spec.arn) ?? {}, credentials, region, endpoints);
      const onColdStart = (coldStart: ColdStart) => this.coldStarts.push(coldStart);
      this.#pools.set(spec.arn, new FunctionPool({ spec, environment, log: file, onColdStart }));
    }
  }

  /** Runs a function. @throws as FunctionPool.invoke; Error for an ARN that no function has */
  async invoke(functionArn: string, event: string): Promise<InvocationResult> {
    return this.#pool(functionArn).invoke(event);
  }

  /** Loads a function ahead of its first invocation. */
  async warm(functionArn: string): Promise<void> {
    await this.#pool(functionArn).warm();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
    await Promise.all(this.#logs.map((file) => file.close()));
  }

  #pool(functionArn: string): FunctionPool {
    const pool = this.#pools.get(functionArn);
    if (pool === undefined) throw new Error(`there is no function ${functionArn}`);
    return pool;
  }
}

import { join } from 'node:path';
import type { LambdaPermissions } from '../gateway/lambda-permissions.ts';
import { authorize } from '../iam/authorize.ts';
import type { Credentials } from '../iam/credentials.ts';
import type { Identities } from '../iam/read-principals.ts';
import { placeOf } from '../iam/roles.ts';
import type { Deployment, Resource } from '../template/deployment.ts';
import { TemplateError } from '../template/template-error.ts';
import type { InvocationResult } from '../workers/function-pool.ts';
import { invokeAsync, readAsyncSettings } from './async-invocation.ts';
import { FailureBucket } from './failure-bucket.ts';
import { KinesisMapping } from './kinesis-mapping.ts';
import { KinesisReader } from './kinesis-reader.ts';
import { type MappingSettings, readMapping } from './mapping-settings.ts';
import { readSchedules, Scheduler, type ScheduleSettings, scheduleEvent } from './scheduler.ts';

export interface EventSourcesOptions {
  readonly deployment: Deployment;
  readonly identities: Identities;
  readonly permissions: LambdaPermissions;
  /** `AWS_ENDPOINT_URL_<SERVICE>`. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Folder of the checkpoints. */
  readonly state: string;
  readonly invoke: (functionArn: string, event: string) => Promise<InvocationResult>;
  readonly warm: (functionArn: string) => Promise<void>;
  /** Longest wait between tries of a batch; AWS goes up to a minute. */
  readonly maximumBackoffMillis: number;
  readonly now: () => number;
  readonly log: (message: string) => void;
}

interface Mapping {
  readonly settings: MappingSettings;
  readonly target: Resource;
}

/** What invokes functions without being asked: event source mappings and schedules. */
export class EventSources {
  readonly #options: EventSourcesOptions;
  readonly #mappings: readonly Mapping[];
  readonly #schedules: readonly ScheduleSettings[];
  readonly #scheduler: Scheduler;
  readonly #asyncSettings: ReturnType<typeof readAsyncSettings>;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  readonly #consumers: KinesisMapping[] = [];
  readonly #closeables: { close(): void }[] = [];

  /** @throws TemplateError for what they declare that is not known here */
  constructor(options: EventSourcesOptions) {
    this.#options = options;
    const { deployment, now, log } = options;
    this.#mappings = deployment.resources
      .filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping')
      .map((resource) => {
        const settings = readMapping(resource);
        const target = deployment.resources.find(
          ({ type, name, arn }) => type === 'AWS::Lambda::Function' && [name, arn].includes(settings.functionName),
        );
        if (target === undefined)
          throw new TemplateError(placeOf(resource, 'FunctionName'), `there is no function ${settings.functionName}`);
        return { settings, target };
      });
    this.#schedules = readSchedules(deployment);
    this.#asyncSettings = readAsyncSettings(deployment);
    this.#scheduler = new Scheduler(
      this.#schedules,
      (schedule, at) => {
        this.#track(this.#run(schedule, at)).catch((error: unknown) => {
          if (!this.#stop.signal.aborted)
            log(`schedule ${schedule.logicalId}: ${error instanceof Error ? error.message : String(error)}`);
        });
      },
      now,
    );
  }

  /** @throws Error when a function's role cannot reach its on-failure bucket */
  async start(): Promise<void> {
    await Promise.all(
      this.#mappings.filter(({ settings }) => settings.enabled).map((mapping) => this.#consume(mapping)),
    );
    this.#scheduler.start();
  }

  /** Fires a schedule or rule now, by logical id or name. @returns the last result of its target */
  fire(logicalIdOrName: string): Promise<InvocationResult> {
    const schedule = this.#schedules.find(
      ({ logicalId, name }) => logicalIdOrName === logicalId || logicalIdOrName === name,
    );
    if (schedule === undefined) throw new Error(`there is no schedule ${logicalIdOrName}`);
    return this.#track(this.#run(schedule, this.#options.now()));
  }

  /** Ends after what is running. */
  async close(): Promise<void> {
    this.#scheduler.stop();
    this.#stop.abort();
    await Promise.all(this.#consumers.map((consumer) => consumer.close()));
    await Promise.allSettled(this.#running);
    for (const each of this.#closeables) each.close();
  }

  async #consume({ settings, target }: Mapping): Promise<void> {
    const { deployment, endpoints, state, invoke, warm, maximumBackoffMillis, now, log } = this.#options;
    const { region } = deployment;
    const credentials = this.#credentials(target.arn);
    const reader = new KinesisReader(settings.streamArn, endpointOf(endpoints, 'KINESIS'), region, credentials);
    this.#closeables.push(reader);
    const bucket =
      settings.onFailureBucket === undefined ? undefined : this.#bucket(settings.onFailureBucket, credentials);
    await bucket?.check();
    const mapping = new KinesisMapping({
      settings,
      functionArn: target.arn,
      roleArn: String(target.properties.Role),
      region,
      reader,
      invoke: (event) => invoke(target.arn, event),
      storeFailure: bucket && ((prefix, content) => bucket.put(prefix, content, now())),
      checkpointPath: join(state, 'event-sources', `${settings.id}.json`),
      maximumBackoffMillis,
      now,
      log,
    });
    this.#consumers.push(mapping);
    mapping.start();
    // a bundle that does not load shows at its first invocation
    void warm(target.arn);
  }

  async #run(schedule: ScheduleSettings, at: number): Promise<InvocationResult> {
    const { deployment, invoke, now } = this.#options;
    const denial = this.#denial(schedule);
    if (denial !== undefined) throw new Error(denial);
    const event = scheduleEvent(schedule, at, deployment);
    const target = deployment.resources.find(({ arn }) => arn === schedule.functionArn);
    const settings = this.#asyncSettings(target?.name ?? '');
    const { result, invocations } = await invokeAsync({
      settings,
      invoke: () => invoke(schedule.functionArn, event),
      now,
      signal: this.#stop.signal,
    });
    if (result.error !== undefined && settings.onFailureBucket !== undefined && target !== undefined) {
      const bucket = this.#bucket(settings.onFailureBucket, this.#credentials(target.arn));
      await bucket.put(
        `aws/lambda/async/${target.name}`,
        asyncFailure(result, invocations, event, target.arn, now()),
        now(),
      );
    }
    return result;
  }

  #denial({ kind, arn, functionArn, logicalId }: ScheduleSettings): string | undefined {
    const { identities, permissions } = this.#options;
    if (kind === 'rule') {
      return permissions.allows('events.amazonaws.com', functionArn, arn)
        ? undefined
        : `no AWS::Lambda::Permission lets rule ${logicalId} invoke ${functionArn}`;
    }
    const { accessKeyId } = this.#credentials(arn);
    const decision = authorize(identities.principals, {
      accessKeyId,
      action: 'lambda:InvokeFunction',
      resource: functionArn,
    });
    return decision.allowed ? undefined : decision.message;
  }

  #bucket(name: string, credentials: Credentials): FailureBucket {
    const { endpoints, deployment } = this.#options;
    const bucket = new FailureBucket(name, endpointOf(endpoints, 'S3'), deployment.region, credentials);
    this.#closeables.push(bucket);
    return bucket;
  }

  #credentials(arn: string): Credentials {
    const credentials = this.#options.identities.credentials.get(arn);
    if (credentials === undefined) throw new Error(`${arn} has no credentials`);
    return credentials;
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    const forget = () => this.#running.delete(work);
    work.then(forget, forget);
    return work;
  }
}

function endpointOf(endpoints: Readonly<Record<string, string>>, service: string): string {
  const endpoint = endpoints[`AWS_ENDPOINT_URL_${service}`];
  if (endpoint === undefined) throw new Error(`nothing stands in for ${service}: the template declares none`);
  return endpoint;
}

/** As in https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html. */
function asyncFailure(result: InvocationResult, invocations: number, event: string, functionArn: string, now: number) {
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId: result.requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: invocations,
    },
    requestPayload: JSON.parse(event),
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: JSON.parse(result.payload),
  };
}

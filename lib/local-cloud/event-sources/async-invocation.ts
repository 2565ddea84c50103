import { setTimeout as sleep } from 'node:timers/promises';
import { placeOf } from '../iam/roles.ts';
import type { Deployment, Resource } from '../template/deployment.ts';
import { TemplateError } from '../template/template-error.ts';
import type { InvocationResult } from '../workers/function-pool.ts';

/** How asynchronous invocations of a function are retried, from `AWS::Lambda::EventInvokeConfig` or Lambda's defaults. */
export interface AsyncSettings {
  readonly maximumRetries: number;
  readonly maximumAgeMillis: number;
  /** Bucket for events that were given up. */
  readonly onFailureBucket: string | undefined;
}

const DEFAULTS: AsyncSettings = { maximumRetries: 2, maximumAgeMillis: 21_600_000, onFailureBucket: undefined };

/** Settings by function name. @throws TemplateError for a destination that is not known here */
export function readAsyncSettings(deployment: Deployment): (functionName: string) => AsyncSettings {
  const configs = new Map<string, AsyncSettings>(
    deployment.resources
      .filter(({ type }) => type === 'AWS::Lambda::EventInvokeConfig')
      .map((resource) => [String(resource.properties.FunctionName), readConfig(resource)]),
  );
  return (functionName) => configs.get(functionName) ?? DEFAULTS;
}

function readConfig(resource: Resource): AsyncSettings {
  const { Qualifier, MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = resource.properties as {
    Qualifier: string;
    MaximumRetryAttempts?: number;
    MaximumEventAgeInSeconds?: number;
    DestinationConfig?: { OnFailure?: { Destination?: string } };
  };
  if (Qualifier !== '$LATEST')
    throw new TemplateError(placeOf(resource, 'Qualifier'), `qualifier ${Qualifier} is not known here`);
  const destination = DestinationConfig?.OnFailure?.Destination;
  if (destination !== undefined && !destination.startsWith('arn:aws:s3:::')) {
    throw new TemplateError(
      placeOf(resource, 'DestinationConfig.OnFailure.Destination'),
      `${destination} is no bucket`,
    );
  }
  return {
    maximumRetries: MaximumRetryAttempts ?? DEFAULTS.maximumRetries,
    maximumAgeMillis: (MaximumEventAgeInSeconds ?? 21_600) * 1000,
    onFailureBucket: destination?.slice('arn:aws:s3:::'.length),
  };
}

export interface AsyncInvocation {
  readonly settings: AsyncSettings;
  readonly invoke: () => Promise<InvocationResult>;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** First wait between tries; Lambda waits one minute, then two. @default 1000 */
  readonly retryMillis?: number;
}

/** How it ended: the last result, and how often the function ran. */
export interface AsyncOutcome {
  readonly result: InvocationResult;
  readonly invocations: number;
}

/** Runs a function until it succeeds, its retries are spent or the event is too old. Throttling spends no retry. */
export async function invokeAsync({
  settings,
  invoke,
  now,
  signal,
  retryMillis = 1_000,
}: AsyncInvocation): Promise<AsyncOutcome> {
  const began = now();
  for (let invocations = 0, attempt = 1; ; attempt++) {
    try {
      const result = await invoke();
      invocations++;
      const spent = invocations > settings.maximumRetries || now() - began >= settings.maximumAgeMillis;
      if (result.error === undefined || spent || signal.aborted) return { result, invocations };
    } catch (error) {
      if (signal.aborted || now() - began >= settings.maximumAgeMillis) throw error;
    }
    await sleep(retryMillis * Math.min(attempt, 10), undefined, { signal }).catch(() => {});
    if (signal.aborted) throw new Error('the local cloud is stopping');
  }
}

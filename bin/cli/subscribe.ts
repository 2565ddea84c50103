import {
  CloudWatchLogsClient,
  CloudWatchLogsServiceException,
  PutSubscriptionFilterCommand,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs';
import { CliError, EXIT } from './exit.ts';

const FILTER_NAME = 'tributary';
const FUNCTION_ARN = /^arn:[\w-]+:lambda:([\w-]+):\d{12}:function:[\w-]+$/;

/** Which log groups are to send what is written to them. */
export interface SubscribeOptions {
  /** The name of a log group, or with `*` at its end what names begin with. */
  readonly logGroup: string | undefined;
  /** ARN of the platform's function, its output `LogEventsFunction`. */
  readonly function: string | undefined;
}

/** Subscribes the platform to log groups of the account whose credentials are in the shell; doing it again changes nothing. @returns exit code */
export async function subscribe({ logGroup, function: destination }: SubscribeOptions): Promise<number> {
  const region = FUNCTION_ARN.exec(destination ?? '')?.[1];
  if (logGroup === undefined || logGroup === '*' || destination === undefined || region === undefined)
    throw new CliError(EXIT.usage, '"subscribe" takes a log group (/aws/lambda/shop, /ecs/*) and --function ARN');
  const client = new CloudWatchLogsClient({ region });
  const failed: string[] = [];
  let subscribed = 0;
  for (const name of await listGroups(client, logGroup)) {
    try {
      await client.send(
        new PutSubscriptionFilterCommand({
          logGroupName: name,
          filterName: FILTER_NAME,
          filterPattern: '',
          destinationArn: destination,
        }),
      );
      subscribed++;
      process.stdout.write(`${name}\n`);
    } catch (error) {
      failed.push(`${name}: ${reasonOf(error)}`);
    }
  }
  for (const line of failed) process.stderr.write(`${line}\n`);
  if (failed.length > 0) return EXIT.server;
  return subscribed === 0 ? EXIT.nothingFound : EXIT.ok;
}

async function listGroups(client: CloudWatchLogsClient, logGroup: string): Promise<readonly string[]> {
  if (!logGroup.endsWith('*')) return [logGroup];
  const names: string[] = [];
  try {
    const pages = paginateDescribeLogGroups({ client }, { logGroupNamePrefix: logGroup.slice(0, -1) });
    for await (const { logGroups = [] } of pages)
      for (const { logGroupName } of logGroups) if (logGroupName !== undefined) names.push(logGroupName);
  } catch (error) {
    throw new CliError(EXIT.auth, `log groups cannot be listed: ${reasonOf(error)}`, { cause: error });
  }
  return names;
}

/** What to do about it, where that is known. */
function reasonOf(error: unknown): string {
  if (!(error instanceof CloudWatchLogsServiceException)) return (error as Error).message;
  if (error.name === 'LimitExceededException') return 'has two subscriptions already, and may have no more';
  if (error.name === 'ResourceNotFoundException') return 'there is no such log group in this account and region';
  return `${error.name}: ${error.message}`;
}

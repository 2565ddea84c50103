import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  LimitExceededException,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it, vi } from 'vitest';
import { EXIT } from '../../../bin/cli/exit.ts';
import { subscribe } from '../../../bin/cli/subscribe.ts';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:tributary-LogEvents';
const logs = mockClient(CloudWatchLogsClient);
const printed: string[] = [];
beforeEach(() => {
  logs.reset();
  printed.length = 0;
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
const subscribed = () => logs.commandCalls(PutSubscriptionFilterCommand).map(({ args }) => args[0].input);

it('subscribes the platform to a log group, with all that is written to it', async () => {
  logs.on(PutSubscriptionFilterCommand).resolves({});
  expect(await subscribe({ logGroup: '/aws/lambda/shop', function: ARN })).toBe(EXIT.ok);
  expect(subscribed()).toEqual([
    { logGroupName: '/aws/lambda/shop', filterName: 'tributary', filterPattern: '', destinationArn: ARN },
  ]);
});

it('finds log groups by the beginning of their names, page by page', async () => {
  logs
    .on(DescribeLogGroupsCommand, { logGroupNamePrefix: '/ecs/', nextToken: undefined })
    .resolves({ logGroups: [{ logGroupName: '/ecs/a' }], nextToken: 'more' })
    .on(DescribeLogGroupsCommand, { logGroupNamePrefix: '/ecs/', nextToken: 'more' })
    .resolves({ logGroups: [{ logGroupName: '/ecs/b' }] })
    .on(PutSubscriptionFilterCommand)
    .resolves({});
  expect(await subscribe({ logGroup: '/ecs/*', function: ARN })).toBe(EXIT.ok);
  expect(subscribed().map(({ logGroupName }) => logGroupName)).toEqual(['/ecs/a', '/ecs/b']);
  logs.on(DescribeLogGroupsCommand).resolves({});
  expect(await subscribe({ logGroup: '/none/*', function: ARN })).toBe(EXIT.nothingFound);
});

it('goes on behind a group that cannot take a subscription, and says why', async () => {
  logs
    .on(DescribeLogGroupsCommand)
    .resolves({ logGroups: [{ logGroupName: '/ecs/full' }, { logGroupName: '/ecs/b' }] })
    .on(PutSubscriptionFilterCommand, { logGroupName: '/ecs/full' })
    .rejects(new LimitExceededException({ message: 'Resource limit exceeded.', $metadata: {} }))
    .on(PutSubscriptionFilterCommand, { logGroupName: '/ecs/b' })
    .resolves({});
  expect(await subscribe({ logGroup: '/ecs/*', function: ARN })).toBe(EXIT.server);
  expect(printed).toEqual(['/ecs/b\n', '/ecs/full: has two subscriptions already, and may have no more\n']);
});

it.each([
  [undefined, ARN],
  ['*', ARN],
  ['/aws/lambda/shop', undefined],
  ['/aws/lambda/shop', 'tributary'],
])('asks for a log group and a function where it has %j and %j', async (logGroup, arn) => {
  await expect(subscribe({ logGroup, function: arn })).rejects.toThrow('--function ARN');
});

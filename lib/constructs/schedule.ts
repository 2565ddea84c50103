import { type Duration, Stack } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function.ts';

export interface ScheduleProps {
  /** Whole minutes. */
  readonly every: Duration;
  readonly description: string;
}

/** Invokes a function at a rate. A run that fails is not repeated: the next one does its work. */
export class Schedule extends Construct {
  constructor(scope: Construct, id: string, fn: ServiceFunction, { every, description }: ScheduleProps) {
    super(scope, id);
    const { functionArn } = fn.function;
    // the library's own target would let the role invoke every version, too
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      inlinePolicies: {
        Invoke: new PolicyDocument({
          statements: [
            new PolicyStatement({
              effect: Effect.ALLOW,
              actions: ['lambda:InvokeFunction'],
              resources: [functionArn],
            }),
          ],
        }),
      },
    });
    const minutes = every.toMinutes();
    new CfnSchedule(this, 'Schedule', {
      description,
      scheduleExpression: `rate(${minutes} minute${minutes === 1 ? '' : 's'})`,
      flexibleTimeWindow: { mode: 'OFF' },
      target: { arn: functionArn, roleArn: role.roleArn, retryPolicy: { maximumRetryAttempts: 0 } },
    });
  }
}

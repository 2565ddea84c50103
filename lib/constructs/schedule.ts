import type { Duration } from 'aws-cdk-lib';
import { type IScheduleTarget, Schedule as Rate, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function.ts';

export interface ScheduleProps {
  readonly every: Duration;
  readonly description: string;
}

/** Invokes a function at a rate. A run that fails is not repeated: the next one does its work. */
export class Schedule extends Construct {
  constructor(scope: Construct, id: string, fn: ServiceFunction, { every, description }: ScheduleProps) {
    super(scope, id);
    const target: IScheduleTarget = new LambdaInvoke(fn.function, { retryAttempts: 0 });
    new Rate(this, 'Schedule', { schedule: ScheduleExpression.rate(every), target, description });
  }
}

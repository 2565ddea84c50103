import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** When an alarm goes off. */
export interface AlarmWhen {
  readonly metric: IMetric;
  /** Goes off above this. */
  readonly above: number;
  /** Periods in a row. @default 1 */
  readonly periods?: number;
}

/** Makes alarms that all name their runbook heading and tell the same topic, if there is one. */
export class Alarms {
  readonly #topic: ITopic | undefined;

  constructor(topic?: ITopic) {
    this.#topic = topic;
  }

  /** @param runbook heading in `docs/runbooks/alarms.md` */
  add(scope: Construct, id: string, runbook: string, { metric, above, periods = 1 }: AlarmWhen): Alarm {
    const alarm = new Alarm(scope, id, {
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${runbook}: see docs/runbooks/alarms.md#${runbook.toLowerCase().replaceAll(' ', '-')}`,
    });
    if (this.#topic !== undefined) alarm.addAlarmAction(new SnsAction(this.#topic));
    return alarm;
  }
}

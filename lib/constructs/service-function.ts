import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, LogGroup, MetricFilter, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { bundleFolder } from '../bundles.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import type { Alarms } from './alarms.ts';

export interface ServiceFunctionProps {
  /** Name of the bundle: `accept` for `accept.handler.ts`. */
  readonly handler: string;
  readonly description: string;
  /** Megabytes; CPU comes in proportion. */
  readonly memorySize: number;
  readonly timeout: Duration;
  /** Instances at most. @default as many as the account allows */
  readonly reservedConcurrentExecutions?: number | undefined;
  readonly logRetention: RetentionDays;
  readonly alarms: Alarms;
}

export interface AllowOptions {
  /** Why the resources cannot be named one by one. Asked for where one of them holds `*`. */
  readonly because?: string;
  /** IAM conditions by operator. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** One function for a trust boundary and scaling unit: a role of its own, a log group that ends, alarms on errors and throttles. */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly #logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#logGroup = logGroup;
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.function = new LambdaFunction(this, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(bundleFolder(props.handler)),
      description: props.description,
      memorySize: props.memorySize,
      timeout: props.timeout,
      ...(props.reservedConcurrentExecutions !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      }),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
    });
    const period = Duration.minutes(5);
    props.alarms.add(this, 'Errors', 'Function errors', { metric: this.function.metricErrors({ period }), above: 0 });
    props.alarms.add(this, 'Throttles', 'Function throttles', {
      metric: this.function.metricThrottles({ period }),
      above: 0,
    });
  }

  /** Sets variables that come with a grant. */
  addEnvironment(variables: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(variables)) this.function.addEnvironment(name, value);
  }

  /** How often the function logged a line with this constant text. @param metricName unique among the functions of a stage */
  countLines(metricName: string, body: string, period: Duration): Metric {
    return new MetricFilter(this, metricName, {
      logGroup: this.#logGroup,
      filterPattern: FilterPattern.stringValue('$.body', '=', body),
      metricNamespace: Stack.of(this).stackName,
      metricName,
      metricValue: '1',
    }).metric({ statistic: 'Sum', period });
  }

  /** Allows calls on resources by name; for what the library has no fitting grant. @throws Error for a wildcard without a reason */
  allow(actions: readonly string[], resources: readonly string[], { because, conditions }: AllowOptions = {}): void {
    const patterns = resources.filter((resource) => resource.includes('*'));
    if (patterns.length > 0) {
      if (because === undefined)
        throw new Error(
          `${this.node.path} allows ${actions.join(', ')} on a pattern without saying why: "because" is missing`,
        );
      acknowledgeWildcards(this, patterns, because);
    }
    this.function.addToRolePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: [...actions],
        resources: [...resources],
        ...(conditions && { conditions }),
      }),
    );
  }
}

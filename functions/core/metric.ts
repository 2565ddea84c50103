/**
 * Writes metrics in CloudWatch's embedded metric format, one line of JSON on stdout
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html). They have no
 * dimensions: a series is paid for by the month, so what tells projects apart is asked of the API.
 */
export function writeMetrics(
  namespace: string,
  values: Readonly<Record<string, { readonly value: number; readonly unit: 'Count' | 'Seconds' }>>,
  now: number,
): void {
  const entries = Object.entries(values);
  process.stdout.write(
    `${JSON.stringify({
      _aws: {
        Timestamp: now,
        CloudWatchMetrics: [
          {
            Namespace: namespace,
            Dimensions: [[]],
            Metrics: entries.map(([Name, { unit }]) => ({ Name, Unit: unit })),
          },
        ],
      },
      ...Object.fromEntries(entries.map(([name, { value }]) => [name, value])),
    })}\n`,
  );
}

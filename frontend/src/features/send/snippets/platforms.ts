import { type Snippet, withUser } from './snippet.ts';

/** Where logs are not in files of one's own. */
export const PLATFORMS: readonly Snippet[] = [
  {
    id: 'firehose',
    name: 'Amazon Data Firehose',
    note: 'For CloudWatch log groups of other accounts, too: let a subscription filter send them to this stream. Firehose asks for HTTPS.',
    text: (url, key) => `aws firehose create-delivery-stream --delivery-stream-name logs-to-tributary \\
  --http-endpoint-destination-configuration '{
    "EndpointConfiguration": { "Url": "${url}/firehose", "Name": "Tributary", "AccessKey": "${key}" },
    "RequestConfiguration": { "ContentEncoding": "GZIP" },
    "BufferingHints": { "SizeInMBs": 4, "IntervalInSeconds": 10 },
    "RoleARN": "arn:aws:iam::ACCOUNT:role/ROLE",
    "S3BackupMode": "FailedDataOnly",
    "S3Configuration": { "RoleARN": "arn:aws:iam::ACCOUNT:role/ROLE", "BucketARN": "arn:aws:s3:::BUCKET" }
  }'`,
  },
  {
    id: 'heroku',
    name: 'Heroku',
    text: (url, key) => `heroku drains:add ${withUser(url, key)}/logplex --app my-app`,
  },
];

/** A process of emulators for the test that kills it. Data folder and resources come as JSON in the first argument; prints its URLs as one line of JSON. */
import { startDynamoDb } from '../../lib/local-cloud/dynamodb/dynamodb.ts';
import { startKinesis } from '../../lib/local-cloud/kinesis/kinesis.ts';
import { startS3 } from '../../lib/local-cloud/s3/s3.ts';
import { startSecretsManager } from '../../lib/local-cloud/secrets-manager/secrets-manager.ts';
import { emulatorOptions } from './emulated-aws.ts';

const { dataDir, resources } = JSON.parse(process.argv[2] ?? '{}');
const options = emulatorOptions(dataDir, resources);
const [dynamodb, kinesis, s3, secretsManager] = await Promise.all([
  startDynamoDb(options),
  startKinesis(options),
  startS3(options),
  startSecretsManager(options),
]);
process.stdout.write(
  `${JSON.stringify({ dynamodb: dynamodb.url, kinesis: kinesis.url, s3: s3.url, secretsManager: secretsManager.url })}\n`,
);

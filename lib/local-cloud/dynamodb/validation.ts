import { AwsError } from '../aws-server/aws-error.ts';

/** DynamoDB's answer to a request that cannot be carried out as it stands. */
export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

export const invalidParameter = (detail: string): AwsError =>
  invalid(`One or more parameter values were invalid: ${detail}`);

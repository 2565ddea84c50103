import type { Credentials } from '../iam/credentials.ts';
import type { FunctionSpec } from './function-spec.ts';

/**
 * All that `process.env` holds inside a function: what Lambda sets
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), where the stand-ins are, and the template's own variables.
 * @param endpoints `AWS_ENDPOINT_URL_<SERVICE>` and `OPENSEARCH_URL`
 */
export function functionEnvironment(
  spec: FunctionSpec,
  variables: Readonly<Record<string, string>>,
  credentials: Credentials,
  region: string,
  endpoints: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return {
    _HANDLER: spec.handler,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMegabytes),
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: spec.logGroupName,
    AWS_REGION: region,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...variables,
    ...endpoints,
  };
}

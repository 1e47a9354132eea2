import { ACCOUNT } from '../aws/protocol/account.ts';
import type { FunctionConfig } from './function-config.ts';

export interface EnvironmentOptions {
  /** Where the emulated AWS listens. */
  readonly endpointUrl: string;
  /** Set on top of the template, such as `BYBIT_BASE_URL`. */
  readonly overrides?: Readonly<Record<string, string>>;
}

/** The whole environment of a function: that of its template, Lambda's own variables, nothing of this process. */
export const lambdaEnvironment = (
  config: FunctionConfig,
  options: EnvironmentOptions,
): Readonly<Record<string, string>> => ({
  AWS_REGION: ACCOUNT.region,
  AWS_DEFAULT_REGION: ACCOUNT.region,
  AWS_ACCESS_KEY_ID: config.roleId,
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'local',
  AWS_ENDPOINT_URL: options.endpointUrl,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: config.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${config.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  _HANDLER: `index.${config.handlerExport}`,
  TZ: ':UTC',
  LANG: 'en_US.UTF-8',
  ...config.environment,
  ...options.overrides,
});

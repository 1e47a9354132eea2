import { afterAll, beforeAll, vi } from 'vitest';
import { type Aws, type AwsOptions, startAws } from '../../../../infra/local/aws/start-aws.ts';

/** Starts an emulated AWS for one test file and points every SDK client of that file to it by the environment only. */
export const awsForThisFile = (options: AwsOptions = {}): (() => Aws) => {
  let aws: Aws | undefined;
  beforeAll(async () => {
    aws = await startAws(options);
    vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  });
  afterAll(() => aws?.close());
  return () => {
    if (aws === undefined) throw new Error('Cannot use the emulated AWS outside a test');
    return aws;
  };
};

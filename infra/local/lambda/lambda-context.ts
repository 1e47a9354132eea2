import { arnOf } from '../aws/protocol/account.ts';

/** What a handler gets beside its event. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: '$LATEST';
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
}

/** @param deadline epoch milliseconds at which the invocation is ended */
export const lambdaContext = (functionName: string, memoryMb: number, deadline: number): LambdaContext => ({
  awsRequestId: crypto.randomUUID(),
  functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: arnOf('lambda', `function:${functionName}`),
  memoryLimitInMB: String(memoryMb),
  logGroupName: `/aws/lambda/${functionName}`,
  logStreamName: 'local',
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
});

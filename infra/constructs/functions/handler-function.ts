import { type Duration, Validations } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, type CfnFunction, RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { handlerPath } from './bundling.ts';
import { handlerCode } from './handler-code.ts';
import type { Network } from './network.ts';

export interface HandlerFunctionProps {
  /** The folder in `functions/`. */
  readonly name: string;
  readonly description: string;
  readonly timeout: Duration;
  /** @default none is reserved: the function shares what the account has */
  readonly reservedConcurrentExecutions?: number | undefined;
  readonly role: IRole;
  readonly logGroup: ILogGroup;
  readonly network: Network | undefined;
  /** What Lambda encrypts the environment with. Absent: a key of its own. */
  readonly environmentKey: IKey | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/** One Lambda function from its folder in `functions/`; its metadata names the source for those who run it elsewhere. */
export const handlerFunction = (scope: Construct, id: string, props: HandlerFunctionProps): NodejsFunction => {
  const { name, network, environmentKey, reservedConcurrentExecutions: reserved, ...rest } = props;
  const made = new NodejsFunction(scope, id, {
    ...rest,
    ...network,
    ...handlerCode(name),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: 512,
    ...(environmentKey && { environmentEncryption: environmentKey }),
    ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
    // A request that is sent again belongs to the same chain; Lambda would drop it after 16 turns, and our own limits count calls.
    recursiveLoop: RecursiveLoop.ALLOW,
  });
  Validations.of(made).acknowledge(
    { id: 'Serverless-LambdaDLQ', reason: 'Its queue has one, or the next tick does what one left' },
    { id: 'Serverless-LambdaTracing', reason: 'The ledger and the receipts say what was done, exchange by exchange' },
  );
  (made.node.defaultChild as CfnFunction).addMetadata('key-revoker:handler', handlerPath(name));
  return made;
};

import type { IncomingMessage } from 'node:http';
import { AwsError } from './aws-error.ts';
import { type Call, SERVICES, type Service } from './call.ts';
import { isQuery } from './error-reply.ts';
import { isRest, restCall } from './rest.ts';

/** Prefix of `X-Amz-Target` to service, for callers that sign with another service name or not at all. */
const TARGETS: Readonly<Record<string, Service>> = {
  AmazonSQS: 'sqs',
  DynamoDB_20120810: 'dynamodb',
  secretsmanager: 'secretsmanager',
  AWSEvents: 'events',
  AmazonSSM: 'ssm',
};

const isService = (name: string | undefined): name is Service => SERVICES.some((service) => service === name);

/** The service in `Credential=<key>/<date>/<region>/<service>/aws4_request`. */
const signedFor = (authorization: string | undefined): string | undefined =>
  authorization?.match(/Credential=[^,\s]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/)?.[1];

/**
 * Finds the service and the operation that a request is for.
 *
 * @throws {AwsError} `UnknownOperationException` where no emulated service takes the request
 */
export const route = (request: Pick<IncomingMessage, 'headers' | 'method' | 'url'>, body: string): Call => {
  const { headers } = request;
  const [prefix = '', named] = String(headers['x-amz-target'] ?? '').split('.');
  const action = isQuery(headers) ? (new URLSearchParams(body).get('Action') ?? undefined) : named;
  const service = TARGETS[prefix] ?? signedFor(headers.authorization);
  if (isService(service) && isRest(service)) return { service, headers, ...restCall(service, request, body) };
  if (action === undefined || !isService(service)) {
    const wanted = `wanted one of ${SERVICES.join(', ')}`;
    throw new AwsError('UnknownOperationException', `Cannot route "${service ?? prefix}.${action ?? ''}", ${wanted}`);
  }
  // Clients before 2023 speak it to SQS as well.
  if (isQuery(headers) && service !== 'sns')
    throw new AwsError(
      'InvalidAction',
      `Cannot take ${service} in the query protocol, wanted a client that sends JSON`,
    );
  return { service, action, headers, body };
};

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { arnOf } from './account.ts';
import { AwsError } from './aws-error.ts';
import type { Backend, Call, Reply, Service } from './call.ts';
import { errorReply } from './error-reply.ts';
import type { FaultEffect, Faults } from './faults.ts';
import { route } from './route.ts';

export interface FrontOptions {
  readonly backends: Readonly<Record<Service, Backend>>;
  readonly faults: Faults;
  /** Sees every call before it is carried out, and holds the call back as long as a promise that it returns. */
  readonly onCall?: ((call: Call) => unknown) | undefined;
  /** 0 takes a free port. */
  readonly port: number;
}

/** What each service calls a throttled call (the names that the SDK's retry rules know). */
const THROTTLED: Readonly<Record<Service, AwsError>> = {
  sqs: new AwsError('RequestThrottled', 'Rate exceeded'),
  sns: new AwsError('Throttling', 'Rate exceeded', 429),
  dynamodb: new AwsError('ThrottlingException', 'Rate of requests exceeds the allowed throughput'),
  secretsmanager: new AwsError('ThrottlingException', 'Rate exceeded'),
  events: new AwsError('ThrottlingException', 'Rate exceeded'),
  ssm: new AwsError('ThrottlingException', 'Rate exceeded'),
  scheduler: new AwsError('ThrottlingException', 'Rate exceeded', 429),
  lambda: new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429),
};
/** What each service calls a call that its caller may not make. */
const DENIED: Readonly<Record<Service, string>> = {
  sqs: 'AccessDenied',
  sns: 'AuthorizationError',
  dynamodb: 'AccessDeniedException',
  secretsmanager: 'AccessDeniedException',
  events: 'AccessDeniedException',
  ssm: 'AccessDeniedException',
  scheduler: 'AccessDeniedException',
  lambda: 'AccessDeniedException',
};
/** What each service calls a KMS key that its caller may not use. */
const KEY_DENIED: Readonly<Partial<Record<Service, string>>> = {
  sqs: 'KmsAccessDenied',
  sns: 'KMSAccessDenied',
};
const denied = ({ service, action }: Call): AwsError =>
  new AwsError(
    DENIED[service],
    `User: ${arnOf('sts', 'assumed-role/functions/local')} is not authorized to perform: ${service}:${action}`,
    service === 'sns' ? 403 : 400,
  );
const keyDenied = ({ service }: Call): AwsError =>
  new AwsError(KEY_DENIED[service] ?? 'AccessDeniedException', 'Access to KMS is not allowed');

const UNAVAILABLE = new AwsError(
  'InternalFailure',
  'The request processing has failed because of an unknown error',
  500,
);

const asAwsError = (error: unknown): AwsError =>
  error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500);

const send = (response: ServerResponse, { status, headers, body }: Reply): void => {
  response.writeHead(status, { 'x-amzn-requestid': crypto.randomUUID(), ...headers }).end(body);
};

/** The error that a fault shows; `undefined` where nothing is answered. */
const errorOf = (call: Call, { shows }: FaultEffect): AwsError | undefined => {
  if (shows === 'throttled') return THROTTLED[call.service];
  if (shows === 'unavailable') return UNAVAILABLE;
  if (shows === 'denied') return denied(call);
  return shows === 'key denied' ? keyDenied(call) : undefined;
};

const show = (call: Call, effect: FaultEffect, request: IncomingMessage, response: ServerResponse): void => {
  const error = errorOf(call, effect);
  if (error !== undefined) send(response, errorReply(call.headers, call.service, error));
  if (effect.shows === 'reset') request.socket.destroy();
};

const answer = async (options: FrontOptions, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  let call: Call | undefined;
  try {
    call = route(request, await text(request));
    await options.onCall?.(call);
    const effect = options.faults.meet(call);
    const reply = effect?.applied === false ? undefined : await options.backends[call.service](call);
    if (effect !== undefined) show(call, effect, request, response);
    else if (reply !== undefined) send(response, reply);
  } catch (error) {
    send(response, errorReply(request.headers, call?.service, asAwsError(error)));
  }
};

/** Listens on one port of 127.0.0.1 in front of all services; what an SDK client needs is its URL as `AWS_ENDPOINT_URL`. */
export const openFront = async (options: FrontOptions): Promise<{ readonly url: string; readonly server: Server }> => {
  const server = createServer((request, response) => void answer(options, request, response));
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, server };
};

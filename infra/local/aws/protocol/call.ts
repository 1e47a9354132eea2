import type { IncomingHttpHeaders } from 'node:http';

export const SERVICES = ['sqs', 'sns', 'dynamodb', 'secretsmanager', 'events', 'ssm', 'scheduler', 'lambda'] as const;
export type Service = (typeof SERVICES)[number];

/** One request of an SDK client, read whole. `body` is JSON, with the parameters of path and query in it, or a form for SNS. */
export interface Call {
  readonly service: Service;
  /** The operation as the SDK names it, such as `SendMessage`. */
  readonly action: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One emulated service: answers each call, errors of the service included. */
export type Backend = (call: Call) => Promise<Reply>;

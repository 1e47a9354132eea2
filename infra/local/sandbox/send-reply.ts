import type { ServerResponse } from 'node:http';
import type { Reply } from './provider-side.ts';

const head = (response: ServerResponse, { status, headers, body }: Reply, at: number): void => {
  response.sendDate = false;
  const length = status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  response.writeHead(status, { date: new Date(at).toUTCString(), ...length, ...headers });
};

/**
 * Sends a whole reply.
 *
 * @param at the provider's clock in epoch milliseconds, for the `Date` header.
 */
export const sendWhole = (response: ServerResponse, reply: Reply, at: number): void => {
  head(response, reply, at);
  response.end(reply.status === 204 ? undefined : reply.body);
};

/** Sends the head with the full length and half of the body, then breaks the connection; without a body, breaks it. */
export const sendHalf = (response: ServerResponse, reply: Reply, at: number): void => {
  const bytes = Buffer.from(reply.body);
  if (reply.status === 204 || bytes.length === 0) {
    response.destroy();
    return;
  }
  head(response, reply, at);
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
};

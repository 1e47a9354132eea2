import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Asked {
  readonly host?: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Heard {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends one request as given, on a connection of its own; rejects when the connection breaks or the signal aborts. */
export const ask = (url: string, asked: Asked, signal?: AbortSignal): Promise<Heard> =>
  new Promise((resolve, reject) => {
    const { host, method = 'GET', path, headers = {}, body } = asked;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const { hostname, port } = new URL(url);
    const all = { ...(host ? { host } : {}), ...length, ...headers };
    const options = { hostname, port, method, path, headers: all, agent: false, ...(signal ? { signal } : {}) };
    request(options, (response) => {
      const heard = (read: string) => ({ status: response.statusCode ?? 0, headers: response.headers, body: read });
      text(response).then(heard).then(resolve, reject);
    })
      .on('error', reject)
      .end(body);
  });

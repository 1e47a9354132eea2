/** How long an SDK client waits, in milliseconds. */
export interface Patience {
  readonly connectMs: number;
  /** Without a byte, be it of the headers or of the body. */
  readonly silenceMs: number;
}

/** Settings for any SDK client: three tries, each of which ends in time for the next. Endpoint, region and role are the environment's. */
export const sdkClient = ({ connectMs, silenceMs }: Patience) => ({
  maxAttempts: 3,
  retryMode: 'standard',
  requestHandler: { connectionTimeout: connectMs, socketTimeout: silenceMs },
});

/** A request of an SDK client on its way, as far as it is looked at here. */
interface Sending {
  readonly request: Readonly<Record<'protocol' | 'hostname' | 'port', unknown>>;
}

type Send = (args: Sending) => Promise<{ readonly output: object; readonly response: unknown }>;

/** As much of a client as is needed to connect. */
interface Connecting {
  send(command: never): Promise<unknown>;
  readonly config: {
    readonly requestHandler: { handle(request: never): Promise<{ readonly response: { readonly body: unknown } }> };
  };
}

/**
 * Connects a client before its first call, so that no call waits for DNS and TLS. The command goes as far as a command does before it is
 * sent, so credentials and endpoint are known as well. In place of the command an empty question without a signature leaves. The service
 * refuses it, and keeps the connection.
 *
 * @param command any command of the client. It is not sent
 */
export const connectEarly = async <T extends { readonly middlewareStack: { add: unknown } }>(
  client: { readonly [K in keyof Connecting]: unknown },
  command: T,
): Promise<void> => {
  const { send, config } = client as Connecting;
  const instead =
    (): Send =>
    async ({ request: { protocol, hostname, port } }) => {
      const question = { protocol, hostname, port, method: 'GET', path: '/', headers: {}, query: {} };
      const { response } = await config.requestHandler.handle(question as never);
      // Only a connection whose reply was read to its end is used again.
      for await (const _chunk of response.body as AsyncIterable<unknown>);
      return { output: {}, response };
    };
  const { middlewareStack: stack } = command as unknown as {
    readonly middlewareStack: { add(middleware: () => Send, at: object): void };
  };
  stack.add(instead, { step: 'deserialize', priority: 'high' });
  // Whatever fails here fails again where it is told.
  await send.call(client, command as never).catch(() => undefined);
};

import type { Clock } from '../../core/epoch.ts';
import { classOf } from '../../edge/aws/error-class.ts';

/** What the SDK says of an exchange. */
interface Metadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
  readonly attempts?: number;
}

type Send = (args: unknown) => Promise<{ readonly output: { readonly $metadata?: Metadata } }>;

/** As much of any client as is needed here. */
interface Stack {
  add(
    middleware: (next: Send, of: { readonly clientName?: string; readonly commandName?: string }) => Send,
    at: object,
  ): void;
}

/** `DynamoDB GetItem` */
const callOf = (clientName = '', commandName = ''): string =>
  `${clientName.replace(/Client$/, '')} ${commandName.replace(/Command$/, '')}`;

/**
 * Tells of each call of a client to AWS: what was called, how it ended, how long it took, and the request id that AWS's support asks for.
 * It tells nothing that was sent or received, since a part of that is secret.
 *
 * @param tell takes one line
 */
export const trace = (
  { middlewareStack }: { readonly middlewareStack: unknown },
  clock: Pick<Clock, 'elapsed'>,
  tell: (line: string) => void,
): void => {
  (middlewareStack as Stack).add(
    (next, { clientName, commandName }) =>
      async (args) => {
        const begun = clock.elapsed();
        const told = (end: string, { httpStatusCode, requestId, attempts = 1 }: Metadata = {}): void => {
          const status = httpStatusCode === undefined ? '' : ` ${httpStatusCode}`;
          const tries = attempts === 1 ? '' : `, ${attempts} tries`;
          const id = requestId === undefined ? 'no request id' : `request id ${requestId}`;
          tell(
            `${callOf(clientName, commandName)}: ${end}${status} after ${Math.round(clock.elapsed() - begun)} ms${tries}, ${id}`,
          );
        };
        try {
          const answer = await next(args);
          told('OK', answer.output.$metadata);
          return answer;
        } catch (error) {
          told(classOf(error), (error as { readonly $metadata?: Metadata }).$metadata);
          throw error;
        }
      },
    { step: 'initialize', name: 'trace' },
  );
};

import type { Delivery, MessageMark } from '../delivery.ts';

/** Names a request wherever it travels. */
export const REQUEST_ID = /^[^#~!\p{C}]{1,256}$/u;

interface Names {
  readonly requestId: string;
  readonly attempt: string;
}

/** Nobody else gives an attribute such a name. */
const NAMES: Names = { requestId: 'key-revoker-request-id', attempt: 'key-revoker-attempt' };

/**
 * The names of release 0.1.0, which senders use for a trace id or a count of their own. The two releases after 0.1.0 write these names
 * beside their own: code of 0.1.0 reads no others, and would take a redrive for the attempt that has ended.
 */
const NAMES_OF_0_1_0: Names = { requestId: 'requestId', attempt: 'attempt' };

/** The greatest is far from where whole numbers end. */
const ATTEMPT = /^[1-9]\d{0,14}$/;

const markIn = (names: Names, textOf: (name: string) => string | undefined): MessageMark => {
  const [requestId, attempt] = [textOf(names.requestId), textOf(names.attempt)];
  return {
    ...(requestId !== undefined && REQUEST_ID.test(requestId) && { requestId }),
    ...(attempt !== undefined && { attempt: ATTEMPT.test(attempt) ? Number(attempt) : 'unreadable' }),
  };
};

/** Reads the attributes of a message. @param textOf an attribute's text; `undefined` only where the message has no such attribute */
export const marksIn = (textOf: (name: string) => string | undefined): Pick<Delivery, 'mark' | 'formerMark'> => ({
  mark: markIn(NAMES, textOf),
  formerMark: markIn(NAMES_OF_0_1_0, textOf),
});

/** The attributes of each copy of a request, by which the copy is recognised in any message. */
export const marksOf = ({
  requestId,
  attempt,
}: {
  readonly requestId: string;
  readonly attempt: number;
}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [NAMES, NAMES_OF_0_1_0].flatMap((names) => [
      [names.requestId, requestId],
      [names.attempt, String(attempt)],
    ]),
  );

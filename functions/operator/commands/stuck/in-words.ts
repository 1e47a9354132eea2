import { toIso } from '../../../core/epoch.ts';
import type { Context } from '../../context.ts';
import { EXIT, Failure } from '../../failure.ts';
import type { Stuck } from '../../stuck-copy.ts';

/** What it asked for. */
export const operationOf = ({ request }: Stuck): string =>
  request === undefined ? 'no request' : `${request.provider}/${request.operation}`;

/** What it ended as. */
export const endOf = ({ outcome }: Stuck): string => outcome ?? 'crashed';

/** For machines. */
export const shown = ({ requestId, attempt, outcome, message, body, request, sentAt }: Stuck): object => ({
  requestId,
  attempt,
  outcome: outcome ?? null,
  message: message ?? null,
  since: toIso(sentAt),
  request: request ?? null,
  ...(request === undefined ? { body } : {}),
});

/** Says that somebody else looks at some of them. */
export const tellElsewhere = ({ terminal }: Context, elsewhere: number): void => {
  if (elsewhere === 0) return;
  const them = elsewhere === 1 ? 'One more is' : `${elsewhere} more are`;
  terminal.tell(`${them} hidden for now: somebody else has it in hand`);
};

/** There is none under that name. */
export const missing = (name: string, elsewhere: number): Failure => {
  const hidden = elsewhere > 0 ? ', or try again: somebody else has some in hand' : '';
  return new Failure(
    EXIT.notFound,
    `Cannot find "${name}" in the stuck queue, wanted a number or an id of its list${hidden}`,
  );
};

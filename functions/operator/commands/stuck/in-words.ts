import { toIso } from '../../../core/epoch.ts';
import { jsonOrUndefined } from '../../../core/json.ts';
import type { Providers } from '../../../core/provider.ts';
import { requestForm } from '../../../core/request/revocation-request.ts';
import { withoutSecrets } from '../../../core/request/secret-scan.ts';
import type { Context } from '../../deployment/context.ts';
import type { Stuck } from '../../stuck/stuck-copy.ts';
import { EXIT, Failure } from '../../terminal/failure.ts';
import { plain } from '../../terminal/plain.ts';

/** Takes only a part of the queue. */
export const CODE = [
  '--code <code>',
  'only those that ended with this code (malformed), or outcome (refused/malformed)',
] as const;

/** What it asked for. */
export const operationOf = ({ request }: Stuck): string =>
  request === undefined ? 'no request' : `${request.provider}/${request.operation}`;

/** What it ended as. Of a message that the ledger does not know, only the message itself says so. */
export const endOf = ({ outcome = 'crashed', isKnown }: Stuck): string =>
  isKnown ? outcome : `${plain(outcome)} (unknown)`;

/** Where a message that the ledger does not know comes from. */
export const originOf = ({
  sender,
  movedFrom,
}: Stuck): readonly (readonly [name: string, text: string | undefined])[] => [
  ['sent by', sender],
  ['moved from', movedFrom],
];

/**
 * The content of a message that was not a valid request. A stub is shown as it is. A message that crashed the function is still as it was
 * sent, so a secret in it is removed.
 */
const otherIn = (providers: Providers, { body, outcome }: Stuck): unknown => {
  const parsed = jsonOrUndefined(body);
  if (parsed === undefined) return { length: body.length };
  return outcome === undefined ? withoutSecrets(requestForm(providers), parsed).clean : parsed;
};

/** For machines. */
export const shown = (providers: Providers, one: Stuck): object => {
  const { requestId, attempt, outcome, message, request, sentAt, isKnown, sender, movedFrom } = one;
  return {
    requestId,
    attempt,
    outcome: outcome ?? null,
    message: message ?? null,
    since: toIso(sentAt),
    known: isKnown,
    sender: sender ?? null,
    ...(isKnown ? {} : { movedFrom: movedFrom ?? null }),
    request: request ?? null,
    ...(request === undefined ? { body: otherIn(providers, one) } : {}),
  };
};

/** Every value in it, with its path, as in `target.apiKey`. */
const leaves = (value: unknown, path = ''): readonly (readonly [path: string, text: string])[] => {
  if (Array.isArray(value)) return [[path, value.map(String).join(', ') || 'none']];
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([name, each]) => leaves(each, path === '' ? name : `${path}.${name}`));
};

/** What it says, field by field, for people. */
export const fieldsOf = (providers: Providers, one: Stuck): readonly (readonly [name: string, text: string])[] => {
  const leavesOf = (value: unknown) => leaves(value).map(([path, text]) => [plain(path), plain(text)] as const);
  if (one.request === undefined) return leavesOf(otherIn(providers, one));
  const { version: _, requestId, dryRun, ...request } = one.request;
  return leavesOf(one.isKnown ? request : { ...(requestId !== undefined && { requestId }), dryRun, ...request });
};

/** Says that another command holds some of the messages. */
export const tellElsewhere = ({ terminal }: Context, elsewhere: number): void => {
  if (elsewhere === 0) return;
  const them = elsewhere === 1 ? 'One more message is' : `${elsewhere} more messages are`;
  terminal.tell(`${them} hidden for now: another command is working on the queue`);
};

/** There is none under that name. */
export const missing = (name: string, elsewhere: number): Failure => {
  const hidden = elsewhere > 0 ? '. Or try again: another command is working on the queue' : '';
  return new Failure(
    EXIT.notFound,
    `Cannot find "${name}" on the stuck queue: give a number or an id from key-revoker stuck list${hidden}`,
  );
};

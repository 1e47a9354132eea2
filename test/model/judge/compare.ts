import type { CaseItem } from '../../../functions/core/ledger/case-item.ts';
import { attemptName } from '../../../functions/core/ledger/keys.ts';
import type { RequestItem } from '../../../functions/core/ledger/request-item.ts';
import { isNarrower } from '../../laws/is-narrower.ts';
import { CASE_ITEMS, RESTRICTED, SETTLING } from '../rules/case-model.ts';
import { isOver, keyIn, type Model } from '../state/model.ts';
import type { System } from '../system/system.ts';

const inCase = (model: Model, { keyId, state, proved }: CaseItem): readonly string[] => {
  const { state: name, window, restrictedBy } = keyIn(model, keyId);
  const wanted = CASE_ITEMS[name];
  const isRead = window?.isOpen === true && wanted.state !== 'open-case';
  const rests = name === 'idle' && restrictedBy !== undefined ? RESTRICTED : wanted.state;
  const stands = isRead ? SETTLING : rests;
  return [
    ...(state === stands
      ? []
      : [`the case of ${keyId} is an ${state}, wanted ${isRead ? `${name}, in its window` : name}`]),
    ...((proved !== undefined) === wanted.isProved ? [] : [`the proof of ${keyId} does not go with ${name}`]),
  ];
};

const inRequest = (model: Model, item: RequestItem): readonly string[] => {
  const work = attemptName(item);
  const attempt = model.attempts.get(work);
  if (attempt === undefined) return [`L2: ${work} is in the ledger and nobody sent it`];
  const { state, receipt } = attempt;
  const isOpen = item.state === 'open-request' || item.receipt === undefined;
  return [
    ...(isOpen === isOver(attempt) ? [`${work} is ${isOpen ? 'open' : 'over'} in the ledger, and ${state}`] : []),
    ...(item.published === (state === 'closed') ? [] : [`${work} is ${state}, and published: ${item.published}`]),
    ...(receipt === undefined || receipt === JSON.stringify(item.receipt)
      ? []
      : [`L2: the receipt of ${work} is not what was published`]),
  ];
};

/** L3: the provider changed nothing but by the calls that were seen to leave, and made nothing wider. */
const trespasses = (model: Model, { sandbox }: System): readonly string[] => {
  const callers = new Map(
    [...model.attempts.values()].flatMap((one) => one.calls.map(({ seq }) => [seq, one] as const)),
  );
  return sandbox.record.flatMap(({ seq, applied }) => {
    if (applied === undefined) return [];
    const { keyId, kind, before, after } = applied;
    const caller = callers.get(seq);
    if (caller === undefined) return [`L3: ${keyId} was ${kind} by no call`];
    if ((kind === 'deleted') !== (caller.sent.order.kind === 'delete'))
      return [`L3: ${keyId} was ${kind} by ${caller.sent.order.kind}`];
    // What a call comes upon that lands late, or was made from a reading that lags, nobody could know.
    const isKnown = !caller.causes.has('fault');
    return isKnown && before && after && !isNarrower(after, before) ? ['L3: an update made the key wider'] : [];
  });
};

/** Where the ledger, or the provider's own record, is not as the model says. */
export const differences = (model: Model, system: System): readonly string[] => {
  const items = system.ledger.items();
  const cases = items.filter(({ pk }) => pk.startsWith('case#')) as unknown as readonly CaseItem[];
  const requests = items.filter(({ pk }) => pk.startsWith('request#')) as unknown as readonly RequestItem[];
  return [
    ...cases.flatMap((item) => inCase(model, item)),
    ...requests.flatMap((item) => inRequest(model, item)),
    ...trespasses(model, system),
  ];
};

/** A case that stays open is looked after by a person, also where nobody reads its key any more. */
const isOpenFor = (model: Model, keyId: string): boolean => CASE_ITEMS[keyIn(model, keyId).state].state === 'open-case';

/** L2: each end that has to hold has got its finding. */
const unfound = (model: Model): readonly string[] =>
  [...model.keys].flatMap(([keyId, { owed }]) =>
    isOpenFor(model, keyId) ? [] : [...owed.values()].map((work) => `L2: ${work} has to hold, and has no finding`),
  );

const isLatest = ({ attempts }: Model, work: string): boolean =>
  !attempts.has(work.replace(/\d+$/, (attempt) => String(Number(attempt) + 1)));

/** What must not be left when every message is gone. */
export const leftIn = (model: Model, { ledger }: System): readonly string[] => {
  const cases = ledger.items().filter(({ pk }) => pk.startsWith('case#')) as unknown as readonly CaseItem[];
  return [
    ...unfound(model),
    ...[...model.attempts.values()]
      .filter(({ state, work }) => state !== 'closed' && (isLatest(model, work) || state !== 'told'))
      .map(({ work, state }) => `L2: ${work} is left ${state}`),
    ...cases
      .filter(({ attempts }) => Object.keys(attempts).length > 0)
      .map(({ keyId, attempts }) => `L2: the case of ${keyId} is left at work on ${Object.keys(attempts).join()}`),
  ];
};

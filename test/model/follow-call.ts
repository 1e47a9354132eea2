import { TIMING } from '../../functions/core/timing.ts';
import type { Exchange } from '../../infra/local/sandbox/index.ts';
import type { Of } from './happening.ts';
import type { Attempt } from './model.ts';

/** The most calls of one attempt. */
const MOST_CALLS = 5;
/** What a provider answers to a call that it did not carry out, so that it counts as none. */
const TOO_MANY = 429;

const isExecuted = (record: readonly Exchange[], seq: number): boolean => record[seq - 1]?.status !== TOO_MANY;

/** What has to stand between two calls of one attempt. */
const tooSoon = (
  { calls, sent }: Attempt,
  { at, seq }: Of<'called'>,
  record: readonly Exchange[],
  landsWithinMs: number,
): readonly string[] => {
  const last = calls.findLast((call) => isExecuted(record, call.seq));
  if (last === undefined) return [];
  const isUpdate = sent.order.kind === 'update';
  const readings = record.slice(last.seq, seq - 1).filter(({ method, status }) => method === 'GET' && status === 200);
  const isEarly = isUpdate && at - last.at < landsWithinMs;
  return [
    ...(readings.length < (sent.isUrgent && !isUpdate ? 1 : 3) ? ['L3: a further call after too few readings'] : []),
    ...(isEarly ? ['L3: a further update before the first had to have landed'] : []),
  ];
};

/** L3: a call leaves that the rules allow, about the key that the request was pinned to. */
export const followCall = (
  attempt: Attempt,
  call: Of<'called'>,
  record: readonly Exchange[],
  landsWithinMs: number,
): readonly string[] => {
  const { sent, key, calls } = attempt;
  const meant = call.meant.join();
  const rules: readonly (readonly [boolean, string])[] = [
    [meant === key, `L3: a call is about ${meant} in place of ${key}`],
    [!sent.isPlan, 'L3: a call in a dry run'],
    [call.at >= sent.notBefore, 'L3: a call before its time'],
    [call.left > TIMING.callMarginMs, 'L3: a call with too little of the lease left'],
  ];
  const breaches = [
    ...rules.filter(([holds]) => !holds).map(([, breach]) => breach),
    ...tooSoon(attempt, call, record, landsWithinMs),
  ];
  calls.push({ at: call.at, seq: call.seq });
  const executed = calls.filter(({ seq }) => isExecuted(record, seq)).length;
  return [...breaches, ...(executed > MOST_CALLS ? [`L3: ${executed} calls`] : [])];
};

import { OUTAGE_LASTS_MS } from '../follow/death.ts';
import { type Cause, DEMANDS, type Demand, HARMLESS, OUTCOMES, WAITS } from '../rules/outcomes.ts';
import { type Attempt, keyIn, type Model, secretIn } from '../state/model.ts';

/** What changes no outcome where it was over before the attempt began. */
const PAST: readonly Cause[] = ['removed', 'revived'];

/** What the attempt met, with what people and rotations ever did to its keys and secrets. */
const causesOf = (model: Model, { causes, sent, key }: Attempt): ReadonlySet<Cause> => {
  const { target, signer, secrets } = sent.order;
  const keys = [target, signer, ...(key ? [key] : [])].map((id) => keyIn(model, id).causes);
  return new Set([causes, ...keys, ...secrets.map((name) => secretIn(model, name))].flatMap((some) => [...some]));
};

/** The ends that an attempt has to come to; `undefined` where it met something that may change them. */
export const demandedOf = (model: Model, attempt: Attempt): readonly string[] | undefined => {
  const { causes, wasAlive, wasSeen, sent, view } = attempt;
  const { isPlan, order } = sent;
  const isPlain = [...causesOf(model, attempt)].every(
    (cause) => HARMLESS.includes(cause) || (PAST.includes(cause) && !causes.has(cause)),
  );
  if (!isPlain) return undefined;
  const kind = isPlan ? 'plan' : order.kind;
  const isRival = causes.has('rival');
  const isFit = ({ key, seen = wasSeen, isNamed = order.isNamed, ...row }: Demand): boolean =>
    row.kind === kind &&
    isNamed === order.isNamed &&
    // Another request may have killed the key meanwhile, and met it alive before.
    (key === 'alive' ? wasAlive : !wasAlive || isRival) &&
    (seen === wasSeen || isRival) &&
    (row.isTold === undefined || view.told === 'maybe' || row.isTold === (view.told === 'surely'));
  return DEMANDS.filter(isFit).flatMap(({ ends }) => ends);
};

/** What is wrong with how an attempt ended. */
export const unexplainedEnd = (model: Model, attempt: Attempt): readonly string[] => {
  const { outcome = 'none', work, sent, attempted, key, view } = attempt;
  const { order, isPlan } = sent;
  const row = OUTCOMES[outcome];
  if (row === undefined) return [`${work} ended as ${outcome}, which nothing here leads to`];
  const causes = causesOf(model, attempt);
  const wanted = demandedOf(model, attempt);
  const isDueTo = (cause: Cause): boolean =>
    causes.has(cause) && (cause !== 'untold' || view.absentForMs >= OUTAGE_LASTS_MS);
  // A key that nobody has ever seen may have been looked for in the wrong place, which is for its provider to say.
  // A redrive takes over the key of the attempt before, also where the secret holds a credential now whose key nothing can tell.
  const isOther = causes.has('rotated') && causes.has('redriven');
  const isUncalled =
    order.kind === 'delete' && order.signed === 'self' && !isPlan && key !== undefined && attempted === 0 && !isOther;
  const rules: readonly (readonly [boolean, string])[] = [
    [row.calls !== 'none' || attempted === 0, 'after a call'],
    [row.calls !== 'some' || attempted > 0, 'without a call'],
    [row.dueTo === undefined || row.dueTo.some(isDueTo), `but met ${[...causes].join(', ')}`],
    [outcome !== 'stuck/not-recognised' || !isUncalled, 'without a call'],
    [wanted === undefined || wanted.includes(outcome), `in place of ${wanted?.join(' or ')}`],
  ];
  return rules.filter(([holds]) => !holds).map(([, why]) => `${work} (${sent.order.name}) ended as ${outcome} ${why}`);
};

/** What is wrong with an attempt's going back to the queue. */
export const unexplainedWait = (model: Model, attempt: Attempt, code: string): readonly string[] => {
  const causes = causesOf(model, attempt);
  if (WAITS[code]?.some((cause) => causes.has(cause))) return [];
  return [
    `${attempt.work} (${attempt.sent.order.name}) waits for ${code}, but met ${[...causes].join(', ') || 'nothing'}`,
  ];
};

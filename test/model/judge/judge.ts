import { TIMING } from '../../../functions/core/timing.ts';
import type { Message } from '../../faults/simulated/message-queue.ts';
import { controlOf, idle, isUntold } from '../follow/death.ts';
import { type Follower, follow, newFollower } from '../follow/follow.ts';
import { followWindow, isTakenBack, mayResend } from '../follow/follow-window.ts';
import { type Attempt, apartIn, isOver, keyIn, type Model, nameOf, noteSeen } from '../state/model.ts';
import type { Delivered, System } from '../system/system.ts';
import { differences } from './compare.ts';
import { demandedOf, unexplainedEnd, unexplainedWait } from './explain.ts';
import { metIn, newAttempt, note, pinTo, type Scene, sceneOf } from './scene.ts';

/** Another request has the id of an attempt. What opens its key by a label is refused if the label opens another key than is meant. */
const beginApart = (begun: Attempt, { onlyKey }: Pick<Attempt, 'onlyKey'>): void => {
  begun.causes.add('apart');
  if (onlyKey !== undefined) begun.causes.add('reused');
  begun.onlyKey = onlyKey;
};

/** Notes under which id an attempt begins. @returns what is wrong with that */
const beginUnderTakenId = (
  model: Model,
  begun: Attempt,
  step: 'claimed' | 'refused',
  { sent }: Scene,
): readonly string[] => {
  const name = nameOf(begun.work);
  const before = [...model.attempts.values()].findLast(({ work }) => nameOf(work) === name);
  if (before?.causes.has('apart')) beginApart(begun, before);
  if (step === 'refused') begun.causes.add('reused');
  if (name === `${sent.requestId}${sent.isPlan ? '#plan' : ''}`) return [];
  const apart = apartIn(model, sent);
  if (step === 'refused') return apart ? [`L2: ${begun.work} was refused for its id, and says which key it means`] : [];
  if (apart === undefined) return [`L3: ${begun.work} was begun under an id of its own`];
  beginApart(begun, apart);
  // From here on its copies carry the id of its message.
  model.sent.push({ ...sent, requestId: name, body: JSON.stringify({ ...JSON.parse(sent.body), requestId: name }) });
  return [];
};

/** Takes the model through all that happened. @returns the attempt that was begun, and what must not have happened */
const followAll = (model: Model, system: System, delivered: Delivered, scene: Scene) => {
  const follower = newFollower(model, system, delivered);
  const breaches: string[] = [];
  follower.attempt = scene.known;
  let begun: Attempt | undefined;
  for (const happening of delivered.happened) {
    if (happening.step === 'claimed' || happening.step === 'refused') {
      begun = newAttempt(model, happening.work, happening.at, scene);
      breaches.push(...beginUnderTakenId(model, begun, happening.step, scene));
      model.attempts.set(happening.work, begun);
      follower.attempt = begun;
    }
    const pinned = happening.step === 'pinned' ? model.attempts.get(happening.work) : undefined;
    if (pinned && happening.step === 'pinned') pinTo(follower, pinned, happening.key, scene);
    breaches.push(...follow(follower, happening));
  }
  return { begun, breaches, follower };
};

const learnSeen = (model: Model, attempt: Attempt): void => {
  const { key, outcome = '', wasAlive, causes, sent } = attempt;
  // A managing key may have been asked who it is.
  noteSeen(keyIn(model, sent.order.signer), 'self', false);
  if (key === undefined) return;
  const isSight = ['revoked', 'already-revoked', 'restricted', 'planned'].includes(outcome);
  const isSure = isSight && wasAlive && !causes.has('rival') && demandedOf(model, attempt) !== undefined;
  noteSeen(keyIn(model, key), sent.order.signed, isSure);
};

const judgeVerdict = (model: Model, { verdict, isMet, message }: Delivered, attempt: Attempt | undefined) => {
  if (verdict === 'cut') return isMet ? [] : [`L2: the delivery of ${message.messageId} ended with no word`];
  if (verdict !== 'done') return isMet || attempt === undefined ? [] : unexplainedWait(model, attempt, verdict.code);
  const { work, state } = attempt ?? {};
  return state === 'closed' ? [] : [`L2: the message of ${work} is gone, which is ${state}`];
};

const judgeRequest = (model: Model, system: System, delivered: Delivered, scene: Scene): readonly string[] => {
  const { happened, message } = delivered;
  const { known } = scene;
  const isClosed = known?.state === 'closed' && Number(/\d+$/.exec(known.work)) >= message.attempt;
  const isRepeated = isClosed && !isTakenBack(model, known);
  const wasOver = new Set([...model.attempts.values()].filter(isOver));
  const { begun, breaches, follower } = followAll(model, system, delivered, scene);
  const attempt = begun ?? known;
  if (attempt && !isRepeated) {
    const called = [...model.attempts.values()].flatMap(({ key, attempted }) => (key && attempted > 0 ? [key] : []));
    const facts = { isUntold: isUntold(follower, attempt), called };
    note(model, system, attempt, metIn(system, delivered, scene, attempt, facts));
  }
  const ended = [...model.attempts.values()].filter((one) => isOver(one) && one.outcome && !wasOver.has(one));
  const unexplained = ended.flatMap((one) => unexplainedEnd(model, one));
  if (attempt) learnSeen(model, attempt);
  return [
    ...breaches,
    ...unexplained,
    ...(happened.some(({ step }) => step === 'found') ? ['L1: a finding by no reading'] : []),
    ...(isRepeated && happened[0] ? [`L2: a duplicate of ${known.work} was ${happened[0].step}`] : []),
    ...judgeVerdict(model, delivered, attempt),
    ...(attempt ? idle(follower, delivered, attempt) : []),
  ];
};

/** A look asks and tells; it does nothing. */
const LOOK_STEPS: readonly string[] = ['taken', 'told', 'found', 'unproved', 'proved', 'let go', 'asked'];

/**
 * What a look that takes a word back may do beside that: set a copy aside, and send the request again. After the window a person has to look,
 * since a person may have made the key again.
 */
const unfoundedSending = (model: Model, happened: Delivered['happened']): readonly string[] => {
  const isForPerson = happened.some(
    (one) =>
      one.step === 'told' &&
      (one.receipt.outcome === 'stuck' ||
        (['resurrected', 'widened'].includes(one.receipt.outcome) && one.receipt.confirms === null)),
  );
  return happened.flatMap((one) => {
    if (one.step === 'resent') return mayResend(model, one.work) ? [] : [`L3: ${one.work} was sent by nobody`];
    if (one.step !== 'copied' || isForPerson) return [];
    return [...model.keys.values()].some(({ found }) => found?.outcome === 'stuck/no-effect')
      ? []
      : [`L2: ${one.work} was copied by a look`];
  });
};

/** A look that sends nothing to a delete's key cannot tell its death from an outage. */
const unfoundedLook = (follower: Follower, happened: Delivered['happened'], attempt: Attempt | undefined) =>
  happened.flatMap((one) =>
    one.step !== 'proved' || (attempt?.sent.order.kind === 'update' && controlOf(follower, one.key) !== 'not')
      ? []
      : ['L1: a look proves the death of a key without a call'],
  );

const judgeLook = (model: Model, system: System, delivered: Delivered): readonly string[] => {
  const { happened, verdict, isMet, message } = delivered;
  const follower = newFollower(model, system, delivered);
  const about = [...model.attempts.values()].findLast(({ work }) => nameOf(work) === message.requestId);
  const isLook = ({ step }: { readonly step: string }): boolean => LOOK_STEPS.includes(step);
  const isSending = ({ step }: { readonly step: string }): boolean => step === 'resent' || step === 'copied';
  const breaches = happened.filter(isLook).flatMap((happening) => follow(follower, happening));
  if (about?.key) followWindow(follower, about.key);
  return [
    ...happened.filter((one) => !isLook(one) && !isSending(one)).map(({ step }) => `L3: a look was ${step}`),
    ...breaches,
    ...unfoundedSending(model, happened),
    ...unfoundedLook(follower, happened, about),
    ...(verdict === 'cut' && !isMet ? ['L2: a look ended with no word'] : []),
  ];
};

/** Delivers one message and judges what came of it. @returns what was wrong */
export const deliverAndJudge = async (
  model: Model,
  system: System,
  message: Message,
  deliver: () => Promise<Delivered>,
): Promise<readonly string[]> => {
  const scene = sceneOf(model, system, message);
  const delivered = await deliver();
  // Late changes that are due are carried out, and stand in the record.
  system.sandbox.applied();
  const isLook = JSON.parse(message.body).look === true;
  const judge = isLook ? judgeLook : judgeRequest;
  return [
    ...judge(model, system, delivered, scene),
    ...(delivered.tookMs > TIMING.functionTimeoutMs ? ['L2: a delivery outlives its function'] : []),
    ...differences(model, system),
  ];
};

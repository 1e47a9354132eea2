import type { CaseItem } from '../../../functions/core/ledger/case-item.ts';
import { TIMING } from '../../../functions/core/timing.ts';
import type { Message } from '../../faults/simulated/message-queue.ts';
import type { Follower } from '../follow/follow.ts';
import type { Cause } from '../rules/outcomes.ts';
import { type Attempt, attemptOf, isOver, keyIn, type Model, seenBy } from '../state/model.ts';
import { isMiss } from '../state/reading.ts';
import { type Sent, saysIn } from '../state/sent.ts';
import { OUTAGE } from '../system/outage.ts';
import { type Delivered, GIVE_UP_MS, type System } from '../system/system.ts';

/** A host that did not answer one delivery is left alone by the others for less than this. */
const OUT_MS = 60_000;

/** What is true when a delivery begins. */
export interface Scene {
  readonly sent: Sent;
  /** Of the attempts that the message may be about, the latest. */
  readonly known: Attempt | undefined;
  readonly isAlive: (keyId: string) => boolean;
  readonly isLeased: boolean;
  /** The ledger holds that a host has not answered since some silences. */
  readonly isSilent: boolean;
  /** Keys that an open case needs to sign. */
  readonly needed: readonly string[];
}

const isHeld = ({ lease }: Partial<CaseItem>, now: number): boolean =>
  lease !== undefined && lease.until + TIMING.crashMarginMs > now;

export const sceneOf = (model: Model, { sandbox, stage, ledger, clock }: System, message: Message): Scene => {
  const sent = model.sent.find(
    ({ requestId, says }) => requestId === message.requestId && says === saysIn(message.body),
  );
  if (sent === undefined) throw new Error(`Cannot tell who sent ${message.body}`);
  const living = sandbox.keyIds().filter((id) => sandbox.isAlive(stage.world, id));
  const items = ledger.items();
  return {
    sent,
    known: attemptOf(model, sent, message.messageId),
    isAlive: (keyId) => living.includes(keyId),
    isLeased: items.some((item) => isHeld(item as Partial<CaseItem>, clock.now())),
    isSilent: items.some(({ pk, ...item }) => pk.startsWith('host#') && Number(item['silences']) > 0),
    needed: items.flatMap(({ pk, ...item }) =>
      pk.startsWith('signer#') && item['needed'] === true ? [pk.slice(pk.lastIndexOf('/') + 1)] : [],
    ),
  };
};

/** What may come of what this delivery met. */
export const metIn = (
  { sandbox, clock }: System,
  { from, isMet, verdict }: Delivered,
  scene: Scene,
  { key }: Attempt,
  { isUntold, called }: { readonly isUntold: boolean; readonly called: readonly string[] },
): readonly Cause[] => {
  const { order, notBefore } = scene.sent;
  const isOutage = sandbox.record.slice(from).some(({ faultName }) => faultName === OUTAGE);
  const isFaulty = sandbox.record.slice(from).some(({ faultName }) => faultName !== undefined);
  const isOut = sandbox.record.some(({ faultName, at }) => faultName !== undefined && at > clock.now() - OUT_MS);
  const rows: readonly (readonly [boolean, Cause])[] = [
    [isMet, verdict === 'cut' ? 'crash' : 'aws'],
    [isFaulty, 'fault'],
    [isOut || scene.isSilent, 'host out'],
    [scene.isLeased, 'leased'],
    [scene.needed.includes(key ?? order.target), 'signer needed'],
    [order.signed !== 'self' && !scene.isAlive(order.signer), 'signer dead'],
    [isOutage && called.includes(order.signer), 'signer in doubt'],
    [notBefore > clock.now(), 'early'],
    [isUntold, 'untold'],
  ];
  return rows.filter(([holds]) => holds).map(([, cause]) => cause);
};

export const newAttempt = (model: Model, work: string, at: number, { sent, isAlive }: Scene): Attempt => ({
  work,
  sent,
  receivedAt: at,
  wasAlive: isAlive(sent.order.target),
  wasSeen: seenBy(keyIn(model, sent.order.target), sent.order),
  causes: new Set(),
  state: 'none',
  key: undefined,
  onlyKey: undefined,
  attempted: 0,
  calls: [],
  view: {
    readings: [],
    absentSince: undefined,
    missingSince: undefined,
    missedAt: undefined,
    sights: [],
    misses: [],
    absentForMs: 0,
    told: 'not',
    home: undefined,
    spent: 0,
    isSighted: false,
    isUnknown: false,
  },
  isCopied: false,
  outcome: undefined,
  receipt: undefined,
});

/** From here on it is about this key, as it stands. */
export const pinTo = ({ model, readings }: Follower, attempt: Attempt, keyId: string, { isAlive }: Scene): void => {
  attempt.wasAlive = isAlive(keyId);
  attempt.wasSeen = seenBy(keyIn(model, keyId), attempt.sent.order);
  // It may have been asked who it is before.
  attempt.view.isUnknown = attempt.wasSeen === 'never' && readings.every((reading) => isMiss(reading, keyId));
};

/** Notes all that an attempt met by now. */
export const note = (model: Model, { clock }: System, attempt: Attempt, met: readonly Cause[]): void => {
  const { causes, wasAlive, wasSeen, sent, work, receivedAt } = attempt;
  const about = (one: Attempt): string => one.key ?? one.sent.order.target;
  const others = [...model.attempts.values()].filter(
    (other) => other !== attempt && !isOver(other) && about(other) === about(attempt),
  );
  causes.delete('untold');
  if (attempt.key !== undefined && keyIn(model, attempt.key).mayFlap) causes.add('flapped');
  // A plan stands in nobody's way.
  for (const other of others) {
    if (!other.sent.isPlan) causes.add('rival');
    if (!sent.isPlan) other.causes.add('rival');
  }
  const isHalfSeen = sent.order.signed === 'both' && (wasSeen === 'half' || causes.has('rival'));
  const rows: readonly (readonly [boolean, Cause])[] = [
    ...met.map((cause) => [true, cause] as const),
    [!wasAlive, 'dead'],
    [wasSeen !== 'surely', 'unseen'],
    [isHalfSeen, 'half seen'],
    [!work.endsWith('#1'), 'redriven'],
    [clock.now() - Math.max(receivedAt, sent.notBefore) >= GIVE_UP_MS, 'aged'],
  ];
  for (const [holds, cause] of rows) if (holds) causes.add(cause);
};

import { isUrgent, type Reason } from '../../../functions/core/reason.ts';
import type { Asked, Evidence, Seen } from '../../laws/evidence.ts';
import { breachesIn } from '../../laws/laws.ts';
import type { RequestFacts } from '../../laws/scene.ts';
import type { World } from './world.ts';

const askedOf = (id: string, facts: RequestFacts): Omit<Asked, 'provider' | 'attempts' | 'ends'> => {
  const { request, world, target, signer, otherSigners = [], narrow, landsWithinMs } = facts;
  const { operation, reason = null, notBefore, dryRun } = request;
  return {
    id,
    requestIds: [id],
    ...{ world, target, landsWithinMs, ...(narrow && { narrow }) },
    signers: [signer, ...otherSigners],
    isUpdate: String(operation).startsWith('update-'),
    isUrgent: isUrgent(reason as Reason | null),
    dueAt: Date.parse(String(notBefore ?? 0)),
    allows: dryRun === true ? 'nothing' : 'a change',
  };
};

/** Fills the evidence with all that a world's witness noted. @param ends what any request may have come to. @default anything */
export const evidenceOf = (world: World, ends?: readonly string[]): Evidence => {
  const { order, orders, attempts, sandbox, ledger, clock, queue, over, witness } = world;
  const [provider = ''] = order.name.split('/');
  const asked = [...orders].map(([id, facts]) => ({
    ...askedOf(id, facts),
    ...{ provider, attempts: attempts.get(id) ?? 1, ...(ends && { ends }) },
  }));
  // Late changes that are due are carried out, and stand in the record.
  const changes = sandbox.applied();
  const seen = witness.exchanges.map(({ requestId: of, ...sent }): Seen => {
    const recorded = sandbox.record[sent.seq - 1];
    if (recorded === undefined) throw new Error(`Cannot find exchange ${sent.seq} in the record of ${provider}`);
    return { ...recorded, ...sent, provider, of };
  });
  return {
    asked,
    seen,
    said: witness.receipts.map(({ seq, ...said }) => ({ ...said, after: { [provider]: seq } })),
    onTopic: witness.receipts.map(({ receipt }) => JSON.stringify(receipt)),
    onBus: [],
    copies: witness.copies.map(({ attributes }) => ({
      requestId: attributes['key-revoker-request-id'] ?? '',
      attempt: attributes['key-revoker-attempt'] ?? '',
    })),
    left: queue.map(world.idOf),
    ledger: ledger.items(),
    providers: { [provider]: { changes, revivals: witness.revivals, isAlive: sandbox.isAlive } },
    noted: witness.breaches,
    now: clock.now(),
    isSettled: world.isFollowed(),
    hasEnded: (holder) => over.has(holder),
  };
};

/** Every breach of a law in a world whose requests are over. @param ends what any request may have come to. @default anything */
export const breachesOf = (world: World, ends?: readonly string[]): readonly string[] =>
  breachesIn(evidenceOf(world, ends)).map(({ says }) => says);

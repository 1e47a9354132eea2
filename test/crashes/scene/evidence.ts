import { inCodeNames } from '../../../functions/core/ledger/stored-names.ts';
import type { ProviderName } from '../../../infra/key-revocation-props.ts';
import { type KeySettings, SANDBOX_OF } from '../../../infra/local/sandbox/index.ts';
import { digestOf } from '../../../infra/local/story/stage/watch-receipts.ts';
import type { Asked, Evidence } from '../../laws/evidence.ts';
import { type CrashOrder, orderNumberIn } from '../orders/crash-order.ts';
import { seenAt } from './seen-at.ts';
import type { OwnRecord, SentOrder, Traces } from './traces.ts';

const CHANGING: readonly string[] = ['revoked', 'restricted'];

const allowedBy = ({ recipe: { ends } }: CrashOrder): Asked['allows'] => {
  if (ends.some((end) => CHANGING.includes(end))) return 'a change';
  return ends.some((end) => end.startsWith('stuck/')) ? 'a call' : 'nothing';
};

const narrowOf = ({ recipe }: CrashOrder): Pick<Asked, 'narrow'> => {
  const settings = recipe.fields?.['settings'] as Pick<KeySettings, 'readOnly' | 'permissions'> | undefined;
  return settings ? { narrow: { ips: ['*'], ...settings } } : {};
};

const askedOf = (order: SentOrder): Asked => {
  const { n, requestIds, provider, world, keyId, signerId, recipe, isUrgent, dueAt } = order;
  const isUpdate = recipe.operation.startsWith('update-');
  return {
    ...{ id: String(n), requestIds, provider, world, target: keyId, isUpdate, isUrgent, dueAt },
    keyDigest: digestOf(keyId),
    signers: [signerId],
    allows: allowedBy(order),
    attempts: 1,
    ends: recipe.ends,
    ...narrowOf(order),
    landsWithinMs: isUpdate ? (SANDBOX_OF[provider].cast.landsWithinMs ?? 0) : 0,
  };
};

/** Fills the evidence with what a run left behind. */
export const evidenceIn = ({ orders, stuck, left, ledger, providers, ...heard }: Traces): Evidence => {
  const records = Object.entries(providers) as [ProviderName, OwnRecord][];
  return {
    ...heard,
    asked: orders.map(askedOf),
    copies: stuck.map(({ messageAttributes }) => ({
      requestId: messageAttributes['key-revoker-request-id']?.StringValue ?? '',
      attempt: messageAttributes['key-revoker-attempt']?.StringValue ?? '',
    })),
    left: left.map(({ body }) => String(orderNumberIn(body) || '')),
    ledger: ledger.map(inCodeNames),
    providers: Object.fromEntries(
      records.map(([name, { changes, isAlive }]) => [name, { changes, isAlive, revivals: [] }]),
    ),
    seen: records.flatMap(([name, record]) => seenAt(name, record, orders)),
    noted: [],
    // The run ends when nothing comes any more.
    isSettled: true,
    // Which process held a lease is not known here, so that each lease has to be let go or waited out.
    hasEnded: () => true,
  };
};

import type { Receipt } from '../../../../functions/core/receipt.ts';
import type { Change, Sandbox } from '../../sandbox/index.ts';
import type { Chapter, Result } from '../chapters/chapter.ts';
import { settingsText } from '../chapters/settings-text.ts';

/** A receipt's outcome with its code, as `stuck/permission-missing`. */
export const outcomeOf = ({ outcome, code }: Pick<Receipt, 'outcome' | 'code'>): string =>
  code === null ? outcome : `${outcome}/${code}`;

/** What was asked for, as `bybit/delete-sub-key`. */
export const operationOf = ({ provider, operation }: Pick<Receipt, 'provider' | 'operation'>): string =>
  operation === null ? 'no request' : `${provider}/${operation}`;

const changeText = ({ kind, after }: Change): string => (after ? `${kind} to ${settingsText(after)}` : kind);

/**
 * What a chapter came to. What the receipt claims is taken only from the receipt, and what happened to the key only from
 * the provider's record, so that a false claim shows as a difference.
 *
 * @param stuck request ids of the copies in the stuck queue
 */
export const resultOf = (
  { keyId, world }: Pick<Chapter, 'keyId' | 'world'>,
  receipt: Receipt,
  provider: Pick<Sandbox, 'isAlive' | 'applied'>,
  stuck: readonly string[],
): Result => {
  const changes = provider.applied().filter((change) => change.world === world && change.keyId === keyId);
  const replies = receipt.evidence.filter(({ step }) => step === 'call').map(({ saw }) => saw);
  return {
    outcome: outcomeOf(receipt),
    keyState: receipt.keyState,
    calls: receipt.calls,
    reply: replies.join(', '),
    atProvider: provider.isAlive(world, keyId) ? 'alive' : 'dead',
    changes: changes.map(changeText).join(', '),
    stuckCopies: stuck.filter((requestId) => requestId === receipt.requestId).length,
  };
};

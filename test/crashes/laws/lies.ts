import type { Receipt } from '../../../functions/core/receipt.ts';
import type { Evidence } from '../scene/evidence.ts';
import type { Judged } from './judged.ts';

const DEAD: readonly string[] = ['revoked', 'already-revoked'];

const receiptsIn = (texts: readonly string[]): readonly Receipt[] => texts.map((text) => JSON.parse(text));

/** L1: what is said to be dead was dead at that instant, and is; what is said to be restricted is. */
export const lies = ({ said, providers }: Evidence, { order, texts }: Judged): readonly string[] => {
  const { world, keyId, provider } = order;
  const receipts = receiptsIn(texts);
  const dead = receipts.filter(({ keyState }) => keyState === 'dead');
  const ids = new Set(receipts.map(({ receiptId }) => receiptId));
  const own = said.filter(({ receipt }) => ids.has(receipt.receiptId));
  const updates = providers[provider].changes.filter((change) => change.keyId === keyId && change.kind === 'updated');
  const rules: readonly (readonly [boolean, string])[] = [
    [own.some(({ receipt, isAlive }) => receipt.keyState === 'dead' && isAlive), 'L1: said to be dead while it lived'],
    [dead.length > 0 && providers[provider].isAlive(world, keyId), 'L1: said to be dead, and lives'],
    [dead.some(({ outcome }) => !DEAD.includes(outcome)), 'L1: a key state of dead without a proof'],
    [
      receipts.some(({ outcome, keyState }) => DEAD.includes(outcome) && keyState !== 'dead'),
      'L1: proved dead, and another key state',
    ],
    [
      receipts.some(({ outcome }) => outcome === 'restricted') && updates.at(-1)?.after?.readOnly !== 1,
      'L1: said to be restricted, and is not',
    ],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, breach]) => breach);
};

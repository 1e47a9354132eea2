import { afterAll } from 'vitest';
import { SANDBOX_OF } from '../../../infra/local/sandbox/index.ts';
import { IS_FULL, SEED } from '../../campaign/sample.ts';
import { DELETIONS } from './deletions.ts';
import { type Arranged, type OrderRow, RESTRICTIONS } from './orders.ts';
import type { System } from './system.ts';

/** The orders that are crossed with faults. */
export const CROSSED: readonly (OrderRow & { readonly index: number })[] = [...DELETIONS, ...RESTRICTIONS]
  .filter((row) => row.isCrossed)
  .map((row, index) => ({ ...row, index }));

/**
 * Counts what was crossed, and prints at the end of the file how much of it held.
 *
 * @returns takes the problems of one crossing
 */
export const counted = (title: string): ((problems: readonly string[]) => readonly string[]) => {
  let crossed = 0;
  let broken = 0;
  afterAll(() => console.log(`${title}: ${crossed} cases${IS_FULL ? '' : `, seed ${SEED}`}, ${crossed - broken} held`));
  return (problems) => {
    crossed += 1;
    if (problems.length > 0) broken += 1;
    return problems;
  };
};

/** In a full campaign every fault is crossed with every order; else each one with some of them, which the seed chooses. */
export const isCrossed = (index: number, oneIn: number): boolean => IS_FULL || (index + SEED) % oneIn === 0;

export const isUpdate = ({ request }: Arranged): boolean => String(request['operation']).startsWith('update-');

/** How a request ended: `revoked`, `stuck/unproven`; `nothing` where it has no final receipt. */
export const outcomeOf = (system: System, requestId: string): string => {
  const found = system.receipts().find((receipt) => receipt.requestId === requestId && receipt.final);
  return found ? [found.outcome, found.code].filter(Boolean).join('/') : 'nothing';
};

/** What is untrue in what was published of a request, by the provider's own record; empty where all of it holds. */
export const untrue = (system: System, arranged: Arranged, requestId: string): readonly string[] => {
  const { provider, world, keyId } = arranged;
  const isAlive = system[provider].isAlive(world, keyId);
  const finals = system.receipts().filter((receipt) => receipt.requestId === requestId && receipt.final);
  const versions = new Set(finals.map((receipt) => JSON.stringify(receipt))).size;
  const changes = system[provider].applied().filter((change) => change.keyId === keyId);
  const [says] = finals;
  const { settingsOf } = SANDBOX_OF[provider].cast;
  const isRestricted = !isUpdate(arranged) || settingsOf?.(system[provider], world, keyId).readOnly === 1;
  const rules: readonly (readonly [boolean, string])[] = [
    [
      isAlive && finals.some(({ keyState }) => keyState === 'gone' || keyState === 'dead'),
      'a living key was reported dead',
    ],
    [
      isAlive && system.receipts().some((one) => one.requestId === requestId && one.keyState === 'dead'),
      'a living key was confirmed dead',
    ],
    [versions !== 1, `${versions} different final receipts`],
    [says?.outcome === 'restricted' && !isRestricted, 'a key was reported restricted that is not'],
    [isAlive && !isUpdate(arranged) && !['stuck', 'refused'].includes(says?.outcome ?? ''), 'alive, and nobody told'],
    [(says?.calls ?? 0) < changes.length, 'a call was left out of the count'],
    [!isUpdate(arranged) && changes.length > 1, 'deleted twice'],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, what]) => what);
};

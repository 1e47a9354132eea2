import type { Context, SQSBatchResponse } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { serve } from '../../functions/revoke/serve.ts';
import { DELETIONS } from './system/deletions.ts';
import { RESTRICTIONS } from './system/orders.ts';
import { deleteMessage, handedOut } from './system/records.ts';
import { systemForEachTest } from './system/system.ts';
import { type Sent, watchWire } from './system/wire.ts';

const wire = watchWire();
const system = systemForEachTest({ onCall: wire.onCall });

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

const ORDERS = [...DELETIONS, ...RESTRICTIONS];

/** What one delivery after another sends to AWS, where nothing goes wrong. */
const STEPS = [
  'revocation', // waves before the call leaves, and all calls up to the receipt
  'reading', // the first one of the settle window
  'finding', // the last one, which says that the key is dead
  'recheck', // a day later
  'dry run',
] as const;

/** Their probes look for a rate slot side by side, so now and then one more is refused: the numbers are the most. */
const AT_ONCE: readonly string[] = ['reading', 'finding'];

type Budget = Readonly<Record<(typeof STEPS)[number], Sent>>;

const sent = (waves: number, calls: number, ledger: number, units: number): Sent => ({ waves, calls, ledger, units });

/**
 * Every call to AWS costs money, and each wave before the call costs time in which a leaked key is used. Whatever changes a number changes it
 * here. The units are the most that may be written: a longer sentence in a receipt needs more.
 */
const BUDGETS: Readonly<Record<string, Budget>> = {
  'bybit/delete-master-key by itself': {
    revocation: sent(6, 25, 18, 40),
    reading: sent(28, 39, 36, 39),
    finding: sent(28, 42, 36, 41),
    recheck: sent(10, 11, 9, 15),
    'dry run': sent(12, 15, 11, 15),
  },
  'bybit/delete-sub-key by its master': {
    revocation: sent(7, 26, 20, 43),
    reading: sent(17, 18, 15, 15),
    finding: sent(18, 21, 16, 15),
    recheck: sent(11, 12, 10, 13),
    'dry run': sent(12, 15, 11, 16),
  },
  'bybit/delete-sub-key by its master, named by its secret': {
    revocation: sent(8, 32, 24, 49),
    reading: sent(28, 40, 36, 40),
    finding: sent(30, 44, 37, 43),
    recheck: sent(11, 15, 12, 21),
    'dry run': sent(14, 18, 13, 20),
  },
  'bybit/update-master-key by itself': {
    revocation: sent(7, 23, 17, 43),
    reading: sent(29, 38, 35, 37),
    finding: sent(30, 42, 36, 41),
    recheck: sent(9, 10, 8, 10),
    'dry run': sent(11, 14, 10, 15),
  },
  'bybit/update-sub-key by its master': {
    revocation: sent(8, 25, 20, 49),
    reading: sent(18, 19, 16, 15),
    finding: sent(19, 22, 17, 15),
    recheck: sent(10, 11, 9, 7),
    'dry run': sent(12, 15, 11, 16),
  },
  'kalshi/delete-key by itself': {
    revocation: sent(6, 25, 18, 32),
    reading: sent(21, 27, 24, 27),
    finding: sent(23, 31, 25, 30),
    recheck: sent(10, 11, 9, 15),
    'dry run': sent(12, 15, 11, 15),
  },
  'kalshi/delete-key by a managing key': {
    revocation: sent(6, 25, 19, 34),
    reading: sent(16, 17, 14, 14),
    finding: sent(17, 20, 15, 14),
    recheck: sent(10, 11, 9, 12),
    'dry run': sent(11, 14, 10, 15),
  },
  'kalshi/delete-key by a managing key, named by its secret': {
    revocation: sent(6, 31, 23, 45),
    reading: sent(22, 29, 25, 29),
    finding: sent(24, 35, 28, 34),
    recheck: sent(10, 14, 11, 20),
    'dry run': sent(12, 17, 12, 19),
  },
  'requesty/delete-key by itself': {
    revocation: sent(7, 23, 16, 29),
    reading: sent(11, 13, 10, 12),
    finding: sent(13, 17, 11, 15),
    recheck: sent(8, 10, 8, 13),
    'dry run': sent(11, 15, 11, 15),
  },
  'requesty/delete-key by a managing key, named by its secret': {
    revocation: sent(7, 29, 21, 45),
    reading: sent(10, 14, 10, 12),
    finding: sent(12, 18, 11, 15),
    recheck: sent(8, 12, 9, 16),
    'dry run': sent(11, 19, 14, 19),
  },
};

/** Delivers the message that is on the queue, once. @returns what the function sent, and whether the message is done with */
const deliver = async (): Promise<{ readonly isDone: boolean; readonly sent: Sent }> => {
  const record = await handedOut(system());
  const context = { getRemainingTimeInMillis: () => 30 * SECOND_MS } as Context;
  let isDone = false;
  const counted = await wire.count(system().aws.url, system().steps.wired, async (serving) => {
    const { batchItemFailures } = (await serve(serving)({ Records: [record] }, context)) as SQSBatchResponse;
    isDone = batchItemFailures.length === 0;
  });
  if (isDone) await deleteMessage(system(), record);
  return { isDone, sent: counted };
};

describe.each(Object.entries(BUDGETS))('%s', (order, budget) => {
  /** Puts the order on the queue. */
  const send = async (fields: object): Promise<void> => {
    const row = ORDERS.find(({ name }) => name === order);
    if (row === undefined) throw new Error(`Cannot find the order ${order}`);
    const { request } = await row.arrange(system());
    await system().send({ ...request, reason: 'leaked', requestId: 'R', ...fields });
  };
  const expectStep = async (step: keyof Budget, isDone = true): Promise<void> => {
    const delivered = await deliver();
    const { units: most, ...exact } = budget[step];
    const { units, ...said } = delivered.sent;
    const seen = `${step}:\n${wire.last.join('\n')}`;
    if (AT_ONCE.includes(step)) {
      for (const name of ['waves', 'calls', 'ledger'] as const)
        expect(said[name], seen).toBeLessThanOrEqual(exact[name]);
    } else expect(said, seen).toEqual(exact);
    expect(units, seen).toBeLessThanOrEqual(most);
    expect(delivered.isDone).toBe(isDone);
  };
  const outcomes = (): readonly string[] =>
    system()
      .receipts()
      .map(({ outcome }) => outcome);

  it('keeps to its budget from the request to the recheck', async () => {
    await send({});
    await expectStep('revocation');
    system().advance(30 * SECOND_MS);
    await expectStep('reading', false);
    system().advance(10 * MINUTE_MS);
    await expectStep('finding');
    expect(outcomes()).toEqual([order.includes('/delete-') ? 'revoked' : 'restricted', 'confirmed']);
    system().advance(DAY_MS);
    await system().lookAfter();
    system().advance(15 * MINUTE_MS); // the looks of a day are spread
    await expectStep('recheck');
  });

  it('keeps to its budget as a dry run', async () => {
    await send({ dryRun: true });
    await expectStep('dry run');
    expect(outcomes()).toEqual(['planned']);
  });
});

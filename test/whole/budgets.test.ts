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
    revocation: sent(19, 41, 34, 53),
    reading: sent(28, 38, 35, 35),
    finding: sent(31, 42, 36, 38),
    recheck: sent(17, 17, 15, 19),
    'dry run': sent(18, 19, 15, 15),
  },
  'bybit/delete-sub-key by its master': {
    revocation: sent(23, 45, 39, 56),
    reading: sent(18, 18, 15, 12),
    finding: sent(19, 21, 16, 12),
    recheck: sent(18, 18, 16, 17),
    'dry run': sent(18, 19, 15, 16),
  },
  'bybit/delete-sub-key by its master, named by its secret': {
    revocation: sent(25, 51, 43, 67),
    reading: sent(30, 41, 37, 38),
    finding: sent(33, 44, 37, 40),
    recheck: sent(19, 21, 18, 27),
    'dry run': sent(21, 22, 17, 20),
  },
  'bybit/update-master-key by itself': {
    revocation: sent(21, 41, 35, 63),
    reading: sent(29, 38, 35, 34),
    finding: sent(32, 42, 36, 38),
    recheck: sent(12, 12, 10, 10),
    'dry run': sent(17, 18, 14, 15),
  },
  'bybit/update-sub-key by its master': {
    revocation: sent(25, 46, 41, 70),
    reading: sent(19, 19, 16, 12),
    finding: sent(20, 22, 17, 12),
    recheck: sent(13, 13, 11, 7),
    'dry run': sent(18, 19, 15, 16),
  },
  'kalshi/delete-key by itself': {
    revocation: sent(19, 41, 34, 43),
    reading: sent(22, 27, 24, 24),
    finding: sent(25, 32, 26, 28),
    recheck: sent(17, 17, 15, 19),
    'dry run': sent(18, 19, 15, 15),
  },
  'kalshi/delete-key by a managing key': {
    revocation: sent(22, 44, 38, 45),
    reading: sent(17, 17, 14, 11),
    finding: sent(18, 20, 15, 11),
    recheck: sent(17, 17, 15, 16),
    'dry run': sent(17, 18, 14, 15),
  },
  'kalshi/delete-key by a managing key, named by its secret': {
    revocation: sent(23, 50, 42, 55),
    reading: sent(22, 28, 24, 25),
    finding: sent(25, 33, 26, 29),
    recheck: sent(18, 20, 17, 24),
    'dry run': sent(19, 21, 16, 19),
  },
  'requesty/delete-key by itself': {
    revocation: sent(20, 40, 33, 40),
    reading: sent(16, 16, 13, 12),
    finding: sent(18, 20, 14, 15),
    recheck: sent(16, 16, 14, 17),
    'dry run': sent(20, 21, 17, 15),
  },
  'requesty/delete-key by a managing key, named by its secret': {
    revocation: sent(27, 49, 41, 61),
    reading: sent(17, 17, 13, 12),
    finding: sent(19, 21, 14, 15),
    recheck: sent(18, 18, 15, 22),
    'dry run': sent(24, 25, 20, 19),
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

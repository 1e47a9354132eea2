import type { Context, SQSBatchResponse } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { serve } from '../../functions/revoke/serve.ts';
import { DELETIONS } from '../whole/system/deletions.ts';
import { RESTRICTIONS } from '../whole/system/orders.ts';
import { deleteMessage, handedOut } from '../whole/system/records.ts';
import { systemForEachTest } from '../whole/system/system.ts';
import { type Sent, watchWire } from '../whole/system/wire.ts';

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
  'next reading', // two minutes later, in the same process
  'finding', // the last one, which says that the key is dead
  'recheck', // a day later
  'dry run',
] as const;

type Budget = Readonly<Record<(typeof STEPS)[number], Sent>>;

const sent = (waves: number, calls: number, ledger: number, units: number): Sent => ({ waves, calls, ledger, units });

/**
 * Every call to AWS costs money, and each wave before the call costs time in which a leaked key is used. Whatever changes a number changes it
 * here. The units are the most that may be written: a longer sentence in a receipt needs more.
 */
const BUDGETS: Readonly<Record<string, Budget>> = {
  'bybit/delete-master-key by itself': {
    revocation: sent(6, 26, 19, 47),
    reading: sent(9, 11, 8, 9),
    'next reading': sent(8, 10, 8, 10),
    finding: sent(11, 15, 10, 15),
    recheck: sent(9, 11, 9, 11),
    'dry run': sent(12, 16, 12, 18),
  },
  'bybit/delete-sub-key by its master': {
    revocation: sent(7, 27, 21, 50),
    reading: sent(9, 10, 7, 8),
    'next reading': sent(8, 9, 7, 8),
    finding: sent(10, 13, 9, 14),
    recheck: sent(10, 12, 10, 11),
    'dry run': sent(12, 16, 12, 19),
  },
  'bybit/delete-sub-key by its master, named by its secret': {
    revocation: sent(8, 33, 25, 58),
    reading: sent(11, 16, 12, 13),
    'next reading': sent(10, 14, 12, 14),
    finding: sent(13, 19, 14, 19),
    recheck: sent(10, 15, 12, 14),
    'dry run': sent(14, 19, 14, 23),
  },
  'bybit/update-master-key by itself': {
    revocation: sent(7, 24, 18, 53),
    reading: sent(9, 11, 8, 9),
    'next reading': sent(8, 10, 8, 10),
    finding: sent(11, 15, 10, 15),
    recheck: sent(8, 10, 8, 10),
    'dry run': sent(11, 15, 11, 21),
  },
  'bybit/update-sub-key by its master': {
    revocation: sent(8, 26, 21, 61),
    reading: sent(10, 11, 8, 8),
    'next reading': sent(9, 10, 8, 8),
    finding: sent(11, 14, 10, 13),
    recheck: sent(9, 11, 9, 9),
    'dry run': sent(12, 16, 12, 22),
  },
  'kalshi/delete-key by itself': {
    revocation: sent(6, 26, 19, 39),
    reading: sent(9, 11, 8, 9),
    'next reading': sent(8, 10, 8, 10),
    finding: sent(11, 15, 10, 15),
    recheck: sent(9, 11, 9, 11),
    'dry run': sent(12, 16, 12, 21),
  },
  'kalshi/delete-key by a managing key': {
    revocation: sent(6, 26, 20, 47),
    reading: sent(8, 9, 6, 7),
    'next reading': sent(7, 8, 6, 7),
    finding: sent(9, 12, 8, 13),
    recheck: sent(9, 11, 9, 10),
    'dry run': sent(11, 15, 11, 21),
  },
  'kalshi/delete-key by a managing key, named by its secret': {
    revocation: sent(6, 32, 24, 57),
    reading: sent(10, 14, 10, 11),
    'next reading': sent(9, 12, 10, 12),
    finding: sent(12, 17, 12, 17),
    recheck: sent(9, 14, 11, 13),
    'dry run': sent(12, 18, 13, 22),
  },
  'requesty/delete-key by itself': {
    revocation: sent(7, 24, 17, 39),
    reading: sent(8, 10, 7, 8),
    'next reading': sent(7, 9, 7, 9),
    finding: sent(10, 14, 9, 14),
    recheck: sent(7, 10, 8, 9),
    'dry run': sent(11, 16, 12, 21),
  },
  'requesty/delete-key by a managing key, named by its secret': {
    revocation: sent(7, 30, 22, 52),
    reading: sent(7, 11, 7, 8),
    'next reading': sent(6, 9, 7, 9),
    finding: sent(9, 14, 9, 14),
    recheck: sent(7, 12, 9, 9),
    'dry run': sent(11, 20, 15, 22),
  },
};

/** The steps whose message is on the queue of rechecks. */
const RECHECKS: readonly string[] = ['reading', 'next reading', 'finding', 'recheck'];

/** Delivers the message of a step, once. @returns what the function sent, and whether the message is done with */
const deliver = async (step: keyof Budget): Promise<{ readonly isDone: boolean; readonly sent: Sent }> => {
  const record = await handedOut(system(), RECHECKS.includes(step) ? 'Rechecks' : 'Requests');
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
    const delivered = await deliver(step);
    const { units: most, ...exact } = budget[step];
    const { units, ...said } = delivered.sent;
    const seen = `${step}:\n${wire.last.join('\n')}`;
    expect(said, seen).toEqual(exact);
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
    system().advance(2 * MINUTE_MS);
    await expectStep('next reading', false);
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

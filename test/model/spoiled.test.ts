import { beforeAll, it } from 'vitest';
import type { Answer } from '../../functions/core/answer.ts';
import type { CaseItem } from '../../functions/core/ledger/case-item.ts';
import type { Ports, Versioned } from '../../functions/core/ports.ts';
import type { Call, Order, Question } from '../../functions/core/provider.ts';
import { marksOf } from '../../functions/core/request/marks.ts';
import type { Setting } from './commands/sequences.ts';
import { finds } from './finds.ts';
import { learnAwaited } from './system/learn-awaited.ts';
import { openStages } from './system/stage.ts';

let setting: Setting;

beforeAll(async () => {
  const stages = await openStages();
  const stage = stages.find(({ name }) => name === 'kalshi');
  if (stage === undefined) throw new Error('Cannot find a stage to spoil');
  setting = { stage, awaited: await learnAwaited([stage]) };
});

type Spoil = (ports: Ports) => Ports;

const withOutbox =
  (change: (outbox: Ports['outbox']) => Partial<Ports['outbox']>): Spoil =>
  (ports) => ({
    ...ports,
    outbox: { ...ports.outbox, ...change(ports.outbox) },
  });

const writing =
  (change: (item: Record<string, unknown>) => Record<string, unknown> | undefined): Spoil =>
  (ports) => ({
    ...ports,
    ledger: {
      ...ports.ledger,
      write: async (key, item) => {
        const changed = change({ ...item });
        return changed === undefined ? true : ports.ledger.write(key, changed as unknown as Versioned);
      },
    },
  });

/** A call that never left is taken for accepted, and every question is answered in one way from then on. */
const deafAfterCall =
  (answer: Answer): Spoil =>
  (ports) => {
    let isCalled = false;
    const misread = (question: Question): Question => ({
      ...question,
      next: (replies, now) => {
        const next = question.next(replies, now);
        return 'answer' in next && isCalled ? { answer } : next;
      },
    });
    return {
      ...ports,
      send: async (call, until) => {
        if (call.method === 'GET') return ports.send(call, until);
        isCalled = true;
        return undefined;
      },
      providers: Object.fromEntries(
        Object.entries(ports.providers).map(([name, provider]) => [
          name,
          {
            ...provider,
            plan: (order: Order) => {
              const plan = provider.plan(order);
              const call: Call = { ...(plan.call as Call), read: () => ({ saw: 'accepted', code: '204' }) };
              return { ...plan, call, probes: plan.probes.map(misread) };
            },
          },
        ]),
      ),
    };
  };

const uncalled = (attempts: CaseItem['attempts']): CaseItem['attempts'] =>
  Object.fromEntries(Object.entries(attempts).map(([name, progress]) => [name, { ...progress, calls: 0 }]));

const SPOILED: readonly (readonly [what: string, spoil: Spoil, found: RegExp])[] = [
  [
    'believes in a death that was none',
    deafAfterCall({ saw: 'unlisted', code: '200' }),
    /L1: revoked while the key lives/,
  ],
  ['publishes nothing', withOutbox(() => ({ publish: async () => {} })), /R1(#plan)?#1 was marked when it was ended/],
  [
    'publishes what differs from what it stored',
    withOutbox(({ publish }) => ({ publish: (receipt) => publish({ ...receipt, calls: receipt.calls + 1 }) })),
    /a receipt of \d calls where \d are in the ledger/,
  ],
  [
    'puts nothing aside for a person',
    withOutbox(() => ({ setAside: async () => {} })),
    /L2: no copy on the stuck queue/,
  ],
  [
    'forgets what it attempted',
    writing(({ attempts, ...item }) =>
      attempts === undefined ? item : { ...item, attempts: uncalled(attempts as CaseItem['attempts']) },
    ),
    /L3: called for nobody/,
  ],
  [
    'takes a proof back without a word',
    withOutbox(({ publish }) => ({
      publish: async (receipt) =>
        receipt.outcome === 'resurrected' && receipt.confirms === null ? undefined : publish(receipt),
    })),
    /L1: the proof of .* is gone without a word/,
  ],
  [
    'does not publish what it found in a window',
    withOutbox(({ publish }) => ({
      publish: async (receipt) => (receipt.confirms === null ? publish(receipt) : undefined),
    })),
    /L2: R1#1 has to hold, and has no finding/,
  ],
  [
    'says something else than it found',
    withOutbox(({ publish }) => ({
      publish: (receipt) =>
        publish(receipt.outcome === 'confirmed' ? { ...receipt, outcome: 'unconfirmed', code: 'no-answer' } : receipt),
    })),
    /L2: unconfirmed\/no-answer is said of R1#1, and confirmed was found/,
  ],
  [
    'sends a request again that nothing speaks against',
    withOutbox(({ enqueue, publish }) => ({
      publish: async (receipt) => {
        await publish(receipt);
        if (receipt.outcome !== 'confirmed') return;
        const { requestId, attempt } = receipt;
        await enqueue(JSON.stringify({ requestId }), marksOf({ requestId, attempt: attempt + 1 }), 0, 'requests');
      },
    })),
    /L3: R1#2 was sent by nobody/,
  ],
  [
    'never lets a case go',
    writing((item) => ('lease' in item && item['lease'] === undefined ? undefined : item)),
    /is left at work on|waits for in-progress/,
  ],
];

it.each(SPOILED)('finds a system that %s, by a few steps', async (_what, spoil, found) => {
  await finds({ ...setting, spoil }, found);
});

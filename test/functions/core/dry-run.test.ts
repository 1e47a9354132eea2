import { describe, expect, it } from 'vitest';
import type { Order, Plan, Restriction } from '../../../functions/core/provider.ts';
import { revoke } from '../../../functions/core/revoke.ts';
import type { Given } from './memory-ports.ts';
import { answerOf } from './rounds.ts';
import { questionOf, scriptedProvider } from './scripted-provider.ts';
import { ALIVE, caseOf, delivered, GONE, LEAKED, MANAGED, type Script, SELF, system } from './scripted-system.ts';

/** The receipt of a plan, what it asked, and the case that it leaves. */
const planned = async (
  probe: Script[string],
  more: object = {},
  change: (order: Order) => Partial<Plan> = () => ({}),
  given: Given = {},
) => {
  const memory = system({ probe, signer: [ALIVE] }, { provider: scriptedProvider(change), ...given });
  await revoke(memory.ports, delivered(memory, { ...SELF, dryRun: true, ...more }));
  return { memory, receipt: memory.published[0], sent: memory.sent };
};

const HELD = answerOf('silent', { ends: 'stuck/ip-not-allowed', holds: true });
const REFUSING: Restriction = {
  call: () => ({ ends: 'refused/would-widen', why: 'Cannot widen it, wanted less' }),
  reach: () => 'unmet',
};
const RECORD = { readOnly: 0, ips: [], permissions: {} } as const;

describe('a plan says what a real request', () => {
  it.each<[string, Parameters<typeof planned>, string]>([
    ['sends', [[ALIVE]], 'would send delete-key, signed by the key itself'],
    ['lets a managing key sign', [[ALIVE], MANAGED], 'would send delete-key, signed by the managing key'],
    ['ends as', [[HELD]], 'would end as stuck/ip-not-allowed'],
    [
      'ends as by a rule of ours',
      [[answerOf('alive', { record: RECORD })], {}, () => ({ call: REFUSING })],
      'would end as refused/would-widen. Cannot widen it, wanted less',
    ],
    ['ends as for a key that never answered', [[GONE]], 'would end as stuck/not-recognised'],
    ['probes again for', [[undefined], LEAKED], 'would probe again (no-reply)'],
    ['waits for', [[undefined]], 'would wait (no-reply)'],
  ])('%s', async (_what, [...of], expected) => {
    const { receipt, sent } = await planned(...of);
    expect(receipt).toMatchObject({ outcome: 'planned', dryRun: true, final: true, calls: 0 });
    expect(receipt?.message).toBe(`Nothing was changed: this is a plan. A real request ${expected}`);
    expect(sent).toEqual(['probe']);
  });
});

it('says behind it what is to be expected', async () => {
  const { receipt } = await planned([ALIVE], {}, () => ({ forecast: () => ['It will rain', 'It will snow'] }));
  expect(receipt?.message).toMatch(/ signed by the key itself\. It will rain\. It will snow$/);
});

it('shows what it probed, and asks a managing key about itself as well', async () => {
  const { receipt, sent } = await planned([ALIVE], MANAGED, () => ({ signer: questionOf('signer', 'managing') }));
  expect(receipt?.evidence).toMatchObject([{ step: 'probe', asked: 'probe', saw: 'alive' }]);
  expect([receipt?.keyState, sent]).toEqual(['alive', ['signer', 'probe']]);
});

it('writes of the case who has seen the key, and nothing else', async () => {
  const both = () => ({ probes: [questionOf('probe'), questionOf('other', 'managing')] });
  const { memory } = await planned([ALIVE], {}, both);
  expect(caseOf(memory)).toMatchObject({
    seen: { probe: memory.clock.now() },
    works: {},
    facts: {},
    state: 'idle-case',
  });
  expect(caseOf(memory)).not.toHaveProperty('lease');
  const unseen = await planned([answerOf('alive')]);
  expect(caseOf(unseen.memory)).toBeUndefined();
});

it('keeps a plan apart from the request of the same id', async () => {
  const { memory } = await planned([ALIVE]);
  expect([...memory.items.keys()].filter((name) => name.startsWith('request#'))).toEqual(['request#R#plan request']);
  expect([memory.aside, memory.enqueued]).toEqual([[], []]);
});

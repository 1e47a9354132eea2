import { describe, expect, it } from 'vitest';
import { emptyCase } from '../../../../functions/core/ledger/lease.ts';
import type { Order, Plan, Restriction } from '../../../../functions/core/provider.ts';
import { MAY_PASS } from '../../../../functions/core/receipts/sentences.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import type { Given } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { deleteCall, questionOf, scriptedProvider, withoutSlot } from '../scripted-provider.ts';
import { ALIVE, caseOf, delivered, GONE, KEY, LEAKED, MANAGED, type Script, SELF, system } from '../scripted-system.ts';

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

const HELD = answerOf('silent', { means: { end: 'stuck/ip-not-allowed' }, blocksCall: true });
const REFUSING: Restriction = {
  call: () => ({ end: 'refused/would-widen', why: 'Cannot widen it: ask for less' }),
  reach: () => 'wider',
  narrower: (a) => a,
};
/** An environment beside the key's own. */
const BESIDE: Partial<Plan> = { siblings: [['demo', questionOf('elsewhere')]] };
const RECORD = { readOnly: 0, ips: [], permissions: {} } as const;

const DELETE =
  'Then the request probes until two probes, some seconds apart, find the key gone. A delete is final: the key cannot be brought back';
const UPDATE =
  'Then the request reads the key until two reads, some seconds apart, show what was asked for. An update only removes permissions. To restore them, use the provider’s web console';

describe('a plan says what a real request', () => {
  it.each<[string, Parameters<typeof planned>, string]>([
    ['sends', [[ALIVE]], `would send delete-key, signed by the key itself. ${DELETE}`],
    ['lets a managing key sign', [[ALIVE], MANAGED], `would send delete-key, signed by the managing key. ${DELETE}`],
    [
      'sends of an update',
      [
        [answerOf('alive', { record: RECORD })],
        {},
        (order) => ({ call: { ...REFUSING, call: () => deleteCall(order) } }),
      ],
      `would send delete-key, signed by the key itself. ${UPDATE}`,
    ],
    [
      'ends as',
      [[HELD]],
      'would end as stuck/ip-not-allowed. Call from an address on that list, sign with another key, or delete the key in the provider’s web console',
    ],
    [
      'ends as by a rule of ours',
      [[answerOf('alive', { record: RECORD })], {}, () => ({ call: REFUSING })],
      'would end as refused/would-widen. Cannot widen it: ask for less. Ask only for what the key may do now',
    ],
    [
      'asks, sends and ends as for a key that never answered',
      [[GONE], {}, () => BESIDE],
      `would look for the key in the provider’s other environments. If none knows the key, the request would send the delete once and end as stuck/not-recognised. Check the key’s identifier, its environment and the signing key. If all three are right, look in the provider’s web console. ${MAY_PASS.outage.plan}`,
    ],
    [
      'asks and ends as for a key that never answered and is to be updated',
      [[GONE], {}, () => ({ ...BESIDE, call: REFUSING })],
      `would look for the key in the provider’s other environments. If none knows the key, the request would end as stuck/not-recognised. Check the key’s identifier, its environment and the signing key. If all three are right, look in the provider’s web console. ${MAY_PASS.outage.plan}`,
    ],
    [
      'sends and ends as for a key that never answered, where there is no other environment',
      [[GONE]],
      `would send the delete once and end as stuck/not-recognised. Check the key’s identifier, its environment and the signing key. If all three are right, look in the provider’s web console. ${MAY_PASS.outage.plan}`,
    ],
    [
      'ends as for a key that never answered and is to be updated, where there is no other environment',
      [[GONE], {}, () => ({ call: REFUSING })],
      `would end as stuck/not-recognised. Check the key’s identifier, its environment and the signing key. If all three are right, look in the provider’s web console. ${MAY_PASS.outage.plan}`,
    ],
    [
      'sends and ends as for a key that its managing key does not know',
      [[answerOf('unlisted')], MANAGED],
      `would send the delete once and end as stuck/not-recognised. Check the key’s identifier, its environment and the signing key. If all three are right, look in the provider’s web console. ${MAY_PASS.outage.plan}`,
    ],
    ['is in no hurry for', [[undefined], LEAKED], 'would wait (no-reply)'],
    ['waits for', [[undefined]], 'would wait (no-reply)'],
  ])('%s', async (_what, [...of], expected) => {
    const { receipt, sent } = await planned(...of);
    expect(receipt).toMatchObject({ outcome: 'planned', dryRun: true, final: true, calls: 0 });
    expect(receipt?.message).toBe(`Nothing was changed: this is a plan. A real request ${expected}`);
    expect(sent).toEqual(['probe']);
  });
});

describe('a plan for a key that is refused, as in an outage', () => {
  const REFUSED = answerOf('silent', { means: { end: 'stuck/credential-refused' }, blocksCall: true });
  const toldApart = () => ({ probes: [questionOf('probe', 'managing'), questionOf('signer')] });

  it.each<[string, boolean, Parameters<typeof planned>]>([
    ['says that one looks the same', true, [[REFUSED]]],
    ['does not where another key was accepted beside it', false, [[REFUSED], MANAGED, toldApart]],
    ['does not of a refusal that no outage looks like', false, [[HELD]]],
  ])('%s', async (_what, isSaid, of) => {
    const message = (await planned(...of)).receipt?.message;
    expect(message).toMatch(
      /this is a plan\. A real request would end as stuck\/(credential-refused|ip-not-allowed)\./,
    );
    expect(message?.endsWith(MAY_PASS.outage.plan)).toBe(isSaid);
  });
});

describe('a plan for a key that is gone, though it was seen', () => {
  const CASE = `case#kalshi/prod/${KEY} case`;
  const proved = { proved: { at: NOON, deadAt: NOON, endedBy: 'X#1' }, state: 'proved-case' };

  it.each<[string, object, string, string]>([
    ['sends the delete', {}, 'call', 'would send delete-key, signed by the key itself'],
    ['sends none where its death is in the ledger', proved, 'wait', 'would probe again (not-yet-proved)'],
  ])('%s', async (_what, found, does, said) => {
    const memory = system({ probe: [GONE] });
    const empty = emptyCase({ provider: 'kalshi', realm: 'prod', keyId: KEY }, NOON);
    memory.items.set(CASE, { ...empty, rev: 1, nonce: '', sightings: { probe: NOON }, ...found } as never);
    await revoke(memory.ports, delivered(memory, { ...SELF, dryRun: true }));
    expect(memory.published[0]?.message).toContain(`this is a plan. A real request ${said}`);
    expect(memory.items.get('request#R#plan request')).toMatchObject({ ended: { plan: { does } } });
    expect([memory.sent, caseOf(memory).attempts]).toEqual([['probe'], {}]);
  });
});

it('says behind it what is to be expected', async () => {
  const said = { forecast: () => ['It will rain', 'It will snow'], afterwards: () => ['It will be wet'] };
  const { receipt } = await planned([ALIVE], {}, () => said);
  expect(receipt?.message).toMatch(
    / signed by the key itself\. It will rain\. It will snow\. Then .+\. It will be wet$/,
  );
});

it('says nothing of what comes after a call that would not be sent', async () => {
  const said = { forecast: () => ['It will rain'], afterwards: () => ['It will be wet'] };
  const { receipt } = await planned([HELD], {}, () => said);
  expect(receipt?.message).toMatch(/ in the provider’s web console\. It will rain$/);
});

it('tells both from what the probes have learned', async () => {
  const asked: unknown[] = [];
  const hear = (...known: readonly unknown[]) => {
    asked.push(known);
    return [];
  };
  const facts = { type: '2' };
  await planned([answerOf('alive', { record: RECORD, facts })], {}, () => ({ forecast: hear, afterwards: hear }));
  expect(asked).toEqual([
    [facts, RECORD],
    [facts, RECORD],
  ]);
});

it('shows what it probed, and asks a managing key about itself as well', async () => {
  const { receipt, sent } = await planned([ALIVE], MANAGED, () => ({ signer: questionOf('signer', 'managing') }));
  expect(receipt?.evidence).toMatchObject([{ step: 'probe', asked: 'probe', saw: 'alive' }]);
  expect([receipt?.keyState, sent]).toEqual(['alive', ['signer', 'probe']]);
});

it('writes of the case who has seen the key, and nothing else', async () => {
  const both = () => ({ probes: [questionOf('probe'), questionOf('other', 'managing')] });
  const { memory } = await planned([ALIVE], {}, both);
  expect(caseOf(memory)).toMatchObject({ sightings: { probe: memory.clock.now() }, state: 'idle-case' });
  expect(caseOf(memory).attempts).toEqual({});
  expect(caseOf(memory).facts).toEqual({});
  expect(caseOf(memory)).not.toHaveProperty('lease');
  const unseen = await planned([answerOf('alive')]);
  expect(caseOf(unseen.memory)).toBeUndefined();
});

it('keeps a plan apart from the request of the same id', async () => {
  const { memory } = await planned([ALIVE]);
  expect([...memory.items.keys()].filter((name) => name.startsWith('request#'))).toEqual(['request#R#plan request']);
  expect([memory.aside, memory.enqueued]).toEqual([[], []]);
});

it('waits where a question has to wait, whatever the others say', async () => {
  const both = () => ({ probes: [questionOf('probe'), withoutSlot('list')] });
  const { receipt, sent } = await planned([ALIVE], {}, both);
  expect([receipt, sent]).toEqual([undefined, ['probe']]);
});

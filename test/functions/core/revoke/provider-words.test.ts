import { describe, expect, it } from 'vitest';
import { toIso } from '../../../../functions/core/epoch.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import { answerOf, NOON } from '../rounds.ts';
import { ACCEPTED, ALIVE, delivered, GONE, MANAGED, type Script, SELF, system } from '../scripted-system.ts';

const MINUTE = 60_000;
const REVOKED = answerOf('revoked', { code: 'token_revoked' });
const OFF = answerOf('disabled', { code: 'Inactive', identified: true });
const OPAQUE = answerOf('accepted', { code: '202', acceptance: 'opaque' });

/** Delivers every ten minutes until the request ends. */
const carriedOut = async (script: Script, body: object = SELF) => {
  const memory = system(script);
  for (let n = 1; n <= 20; n += 1) {
    if ((await revoke(memory.ports, delivered(memory, body, { receiveCount: n }))).done) break;
    memory.clock.forward(10 * MINUTE);
  }
  const receipt = memory.published.find(({ final }) => final);
  return { sent: memory.sent, receipt, outcome: [receipt?.outcome, receipt?.code].filter(Boolean).join('/') };
};

describe('a key that its provider calls revoked', () => {
  it('is already revoked without a sighting and without a call, once the word was said twice', async () => {
    const { sent, receipt } = await carriedOut({ probe: [REVOKED] });
    expect(sent).toEqual(['probe', 'probe']);
    expect(receipt).toMatchObject({ outcome: 'already-revoked', keyState: 'gone', calls: 0 });
    expect(receipt?.evidence.map(({ at, saw, code }) => [at, saw, code])).toEqual([
      [toIso(NOON), 'revoked', 'token_revoked'],
      [toIso((NOON + 2_000) as typeof NOON), 'revoked', 'token_revoked'],
    ]);
  });

  it('is revoked after a call whose reply was lost', async () => {
    const { sent, outcome } = await carriedOut({ probe: [ALIVE, REVOKED], delete: [undefined] });
    expect([sent, outcome]).toEqual([['probe', 'delete', 'probe', 'probe'], 'revoked']);
  });

  it('is not, where only one of two rounds says so', async () => {
    const { sent } = await carriedOut({ probe: [ALIVE, REVOKED, GONE], delete: [answerOf('rejected')] });
    expect(sent.filter((asked) => asked === 'delete').length).toBeGreaterThan(1);
  });
});

it('a key that is switched off is killed', async () => {
  const { sent, outcome } = await carriedOut({ probe: [OFF, GONE], delete: [ACCEPTED] });
  expect([sent, outcome]).toEqual([['probe', 'delete', 'probe', 'probe'], 'revoked']);
});

it('a key that a delete leaves switched off is not dead', async () => {
  const { outcome, receipt } = await carriedOut({ probe: [OFF], delete: [ACCEPTED] });
  expect([outcome, receipt?.keyState]).toEqual(['stuck/no-effect', 'alive']);
});

it('a yes that says nothing of the key is a lost reply: the word waits for an hour', async () => {
  const { sent, outcome, receipt } = await carriedOut({ probe: [ALIVE, GONE], delete: [OPAQUE] });
  expect(outcome).toBe('revoked');
  expect(sent.filter((asked) => asked === 'delete').length).toBeGreaterThan(2);
  expect(receipt?.times).not.toHaveProperty('acceptedAt');
  expect(Date.parse(receipt?.evidence.at(-1)?.at ?? '') - NOON).toBeGreaterThanOrEqual(60 * MINUTE);
  expect(receipt?.evidence.find(({ step }) => step === 'call')).toMatchObject({ saw: 'accepted', code: '202' });
});

it('a managing key’s list tells an opaque yes from a death', async () => {
  const listed = answerOf('listed', { identified: true });
  const { sent, outcome } = await carriedOut({ probe: [listed, answerOf('unlisted')], delete: [OPAQUE] }, MANAGED);
  // As after a lost reply, the delete is sent once more before the word.
  expect([sent, outcome]).toEqual([['probe', 'delete', 'probe', 'delete', 'probe', 'probe'], 'revoked']);
});

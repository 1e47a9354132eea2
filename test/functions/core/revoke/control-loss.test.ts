import { describe, expect, it } from 'vitest';
import { CONTROL_LOST } from '../../../../functions/core/receipts/sentences.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import { type Memory, openedAs } from '../memory-ports.ts';
import { ACCEPTED, ALIVE, delivered, GONE, MANAGED, type Script, SELF, system } from '../scripted-system.ts';

const { arn } = openedAs('');

/** A system in which these secrets are tagged as control keys. */
const tagged = (arns: readonly string[], script: Script): ReturnType<typeof system> => {
  const memory = system(script);
  memory.items.set('sweep#controls kalshi', { rev: 1, nonce: '', arns } as never);
  return memory;
};

const KILLED: Script = { probe: [ALIVE, GONE], delete: [ACCEPTED] };

const saidOf = async (memory: Memory, body: object): Promise<string | undefined> => {
  await revoke(memory.ports, delivered(memory, body));
  return memory.published[0]?.message;
};

describe('the death of a control key', () => {
  it('runs as any other, and its receipt says what its account loses', async () => {
    const memory = tagged(['arn:other', arn], KILLED);
    const message = await saidOf(memory, SELF);
    expect(memory.sent).toEqual(['probe', 'delete', 'probe', 'probe']);
    expect(message).toContain(`some seconds apart, did not find it. ${CONTROL_LOST.end}. Confirmation follows by `);
    expect(memory.items.get('request#R request')).toMatchObject({ ended: { why: CONTROL_LOST.end } });
  });

  it('is announced by the plan', async () => {
    const message = await saidOf(tagged([arn], { probe: [ALIVE] }), { ...SELF, dryRun: true });
    expect(message?.split('cannot be brought back. ')).toEqual([expect.any(String), CONTROL_LOST.plan]);
  });

  it.each<[string, readonly string[], object]>([
    ['of which no secret is tagged', [], SELF],
    ['whose own secret is not tagged', ['arn:other'], SELF],
    ['whose managing key is the control key', [arn], MANAGED],
  ])('is not said of a key %s', async (_what, arns, body) => {
    const plan = await saidOf(tagged(arns, { probe: [ALIVE], signer: [ALIVE] }), { ...body, dryRun: true });
    const end = await saidOf(tagged(arns, { ...KILLED, signer: [ALIVE] }), body);
    expect(plan).toContain('A real request would send');
    expect(end).toContain('The key is gone');
    expect(`${plan} ${end}`).not.toContain('control key');
  });

  it('is not said where nothing dies', async () => {
    const refused = tagged([arn], { probe: [GONE], delete: [GONE] });
    expect(await saidOf(refused, { ...SELF, dryRun: true })).not.toContain('control key');
  });
});

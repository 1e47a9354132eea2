import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../functions/core/receipt.ts';
import { SANDBOX_NAMES } from '../../infra/local/sandbox/index.ts';
import { DELETIONS } from './system/deletions.ts';
import { RESTRICTIONS } from './system/orders.ts';
import { type System, systemForEachTest } from './system/system.ts';

const system = systemForEachTest();
const MINUTE = 60_000;

/** A delete by the key itself, and one by a managing key, at each provider. */
const ROWS = SANDBOX_NAMES.flatMap((provider) => {
  const here = DELETIONS.filter(({ name, isCrossed }) => isCrossed && name.startsWith(`${provider}/`));
  const isOwn = ({ name }: (typeof here)[number]): boolean => name.includes('by itself');
  return [here.find(isOwn), here.find((row) => !isOwn(row))].flatMap((row) => row ?? []);
});

/** Lets the window of an end pass: each reading comes at its time. */
const letPass = async (sys: System, minutes = 10): Promise<void> => {
  sys.advance(minutes * MINUTE);
  await sys.settle();
};

/** Carries a request out. @returns what takes its receipts from the topic */
const carriedOut = async (sys: System, request: object) => {
  const take = await sys.subscribe();
  await sys.send({ ...request, requestId: 'R' });
  await sys.settle();
  return async (): Promise<readonly Receipt[]> => (await take()).map(({ body }) => JSON.parse(body));
};

const said = (receipts: readonly Receipt[]) =>
  receipts.map(({ receiptId, outcome, final, confirms }) => [receiptId, outcome, final, confirms]);

it('are tried at every provider', () => {
  expect(new Set(ROWS.map(({ name }) => name.split('/')[0]))).toEqual(new Set(SANDBOX_NAMES));
});

describe.each(ROWS)('a settle window: $name', ({ arrange }) => {
  it('ends with the word that the key is confirmed', async () => {
    const { request, provider, world, keyId } = await arrange(system());
    const take = await carriedOut(system(), request);
    await letPass(system());
    const receipts = await take();
    expect(said(receipts)).toEqual([
      ['R#1', 'revoked', true, null],
      ['R#1!1', 'confirmed', false, 'revoked'],
    ]);
    expect(receipts[1]?.keyState).toBe(receipts[1]?.proof?.tried === 'key' ? 'dead' : 'gone');
    expect(system()[provider].isAlive(world, keyId)).toBe(false);
    expect(system()[provider].record.filter(({ method }) => method !== 'GET')).toHaveLength(1);
    expect([await system().stuck(), await system().waiting()]).toEqual([[], []]);
  });

  it('of a key that comes back in it withdraws the word, and kills the key again', async () => {
    const { request, provider, world, keyId } = await arrange(system());
    const take = await carriedOut(system(), request);
    system()[provider].revive(world, keyId);
    await letPass(system(), 1);
    expect(system()[provider].isAlive(world, keyId)).toBe(false);
    await letPass(system());
    expect(said(await take())).toEqual([
      ['R#1', 'revoked', true, null],
      ['R#1!1', 'resurrected', false, 'revoked'],
      ['R#2', 'revoked', true, null],
      ['R#2!2', 'confirmed', false, 'revoked'],
    ]);
    expect(system()[provider].record.filter(({ method }) => method !== 'GET')).toHaveLength(2);
    expect(await system().stuck()).toEqual([]);
  });
});

it.each(RESTRICTIONS.slice(0, 1))('confirm a restriction: $name', async ({ arrange }) => {
  const { request } = await arrange(system());
  const take = await carriedOut(system(), request);
  await letPass(system());
  const receipts = await take();
  expect(said(receipts)[1]).toEqual(['R#1!1', 'confirmed', false, 'restricted']);
  expect(receipts[1]?.keyState).toBe('alive');
});

it('say by the tags of the secret that the key is proved dead, and since when', async () => {
  const [row] = ROWS;
  const { request } = (await row?.arrange(system())) ?? { request: {} };
  await carriedOut(system(), request);
  const secretId = String((request as { readonly secretId?: string }).secretId);
  expect(await system().tags(secretId)).toEqual({ 'key-revoker:status': 'revoked' });
  await letPass(system());
  expect(await system().tags(secretId)).toEqual({
    'key-revoker:status': 'confirmed',
    'key-revoker:proved-at': expect.stringMatching(/^2026-11-20T10:1\d:/),
  });
});

it('are read although the message of a reading is lost: a sweep sends it again', async () => {
  const [row] = ROWS;
  const { request } = (await row?.arrange(system())) ?? { request: {} };
  const take = await carriedOut(system(), request);
  await system().purge();
  system().advance(16 * MINUTE);
  const { windows } = await system().tick();
  expect(windows).toEqual({ resent: 1, notConfirmed: 0 });
  await system().settle();
  expect(said(await take()).at(-1)).toEqual(['R#1!1', 'confirmed', false, 'revoked']);
});

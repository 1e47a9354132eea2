import { beforeEach, describe, expect, it } from 'vitest';
import { type AttemptResult, attemptEnded, attemptWaiting } from '../../../../functions/core/ledger/attempt-result.ts';
import { claim } from '../../../../functions/core/ledger/claim.ts';
import type { RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import type { FinalOutcome, RetryCode } from '../../../../functions/core/outcome.ts';
import { MAY_PASS } from '../../../../functions/core/receipts/sentences.ts';
import { parseRequest } from '../../../../functions/core/request/parse-request.ts';
import { unlessItPasses } from '../../../../functions/core/revoke/refused-for-now.ts';
import { type Memory, memoryPorts } from '../memory-ports.ts';
import { delivered, SELF } from '../scripted-system.ts';

const MINUTE = 60_000;
const ENDED = attemptEnded('stuck/credential-refused', 'Refused');

let memory: Memory;
beforeEach(() => {
  memory = memoryPorts();
});

const stored = (): RequestItem => memory.items.get('request#R request') as unknown as RequestItem;

const begun = async (more: object = {}): Promise<void> => {
  const delivery = delivered(memory, { ...SELF, ...more });
  await claim(memory.ports, delivery, parseRequest(memory.ports.providers, delivery.body), async () => undefined);
};

/** What becomes of a result so many minutes later. */
const after = (minutes: number, result: AttemptResult = ENDED): Promise<AttemptResult> => {
  memory.clock.forward(minutes * MINUTE);
  return unlessItPasses(memory.ports, stored(), result);
};

const WAIT = { hasEnded: false, code: 'refused-for-now', fallbackCode: 'credential-refused' };

describe('a denial of AWS', () => {
  const DENIED = attemptEnded('stuck/access-denied', 'AWS denies it');
  const WAITS = { ...WAIT, fallbackCode: 'access-denied' };

  it.each([
    ['an hour', {}, [0, 29, 30]],
    ['15 minutes where it is urgent', { reason: 'leaked' }, [0, 7, 7]],
  ])('is final when it has held for %s: a new grant takes minutes', async (_what, more, waits) => {
    await begun(more);
    for (const minutes of waits) expect(await after(minutes, DENIED)).toMatchObject(WAITS);
    expect(stored().refused).toMatchObject({ wouldEnd: 'stuck/access-denied', why: 'AWS denies it' });
    expect(await after(1, DENIED)).toBe(DENIED);
  });

  it.each([
    ['a refusal of the provider', ENDED, DENIED],
    ['a denial', DENIED, ENDED],
  ])('starts the time again after %s, since the cause is another one', async (_what, first, second) => {
    await begun();
    await after(0, first);
    await after(20, second);
    expect(stored().refused?.since).toBe(memory.clock.now());
  });

  it('is over with an answer of the provider', async () => {
    await begun();
    await after(0, DENIED);
    await after(5, attemptWaiting({ code: 'not-yet-proved' }));
    expect(stored().refused).toBeUndefined();
  });

  it('is said at once by a plan, with how long a grant may take', async () => {
    await begun();
    expect(await unlessItPasses(memory.ports, { ...stored(), planOnly: true }, DENIED)).toEqual({
      ...DENIED,
      why: `AWS denies it. ${MAY_PASS.grant.plan}`,
    });
  });
});

describe('a refusal that may be an outage', () => {
  it.each([
    ['an hour', {}, [0, 29, 30]],
    ['15 minutes where it is urgent', { reason: 'leaked' }, [0, 7, 7]],
  ])('is final when it has held for %s', async (_what, more, waits) => {
    await begun(more);
    for (const minutes of waits) expect(await after(minutes)).toMatchObject(WAIT);
    expect(await after(1)).toBe(ENDED);
  });

  it('is final at once where the ledger has lost the request: nothing can count the time', async () => {
    await begun();
    const item = stored();
    memory.items.clear();
    expect(await unlessItPasses(memory.ports, item, ENDED)).toBe(ENDED);
    expect(memory.items.size).toBe(0);
  });

  it('has to hold for an hour where the request cannot be read', async () => {
    await begun({ reason: 'leaked' });
    memory.items.set('request#R request', { ...stored(), request: undefined } as never);
    expect(await after(0)).toMatchObject(WAIT);
    expect(stored().refused).toMatchObject({ until: memory.clock.now() + 60 * MINUTE });
  });

  it('is written into the request, with the end that it would be', async () => {
    await begun();
    const since = memory.clock.now();
    await after(0);
    await after(10, attemptEnded('stuck/signer-gone'));
    expect(stored().refused).toEqual({
      wouldEnd: 'stuck/signer-gone',
      since,
      at: since + 10 * MINUTE,
      until: since + 60 * MINUTE,
    });
  });

  it.each<[RetryCode, boolean]>([
    ['not-yet-proved', true],
    ['unrecognised', true],
    ['limit', true],
    ['signer-still-needed', true],
    ['no-reply', false],
    ['rate-limited', false],
    ['provider-down', false],
    ['aws-down', false],
    ['clock-skew', false],
    ['in-progress', false],
  ])('starts again after a wait for %s: %s', async (code, isAgain) => {
    await begun();
    await after(0);
    const wait = attemptWaiting({ code });
    expect(await after(29, wait)).toBe(wait);
    expect(stored().refused === undefined).toBe(isAgain);
  });

  it('starts again where nobody looked for more than half an hour', async () => {
    await begun();
    await after(0);
    await after(30);
    expect(await after(31)).toMatchObject(WAIT);
    expect(stored().refused?.since).toBe(memory.clock.now());
  });

  it('writes nothing where nothing was refused', async () => {
    await begun();
    const before = stored();
    await after(0, attemptWaiting({ code: 'not-yet-proved' }));
    expect(stored()).toEqual(before);
  });

  it('is final at once where another key was accepted', async () => {
    await begun();
    const told: AttemptResult = { ...ENDED, isToldApart: true };
    expect(await after(0, told)).toBe(told);
  });

  it('is as it was found where the request has ended, or is at another attempt', async () => {
    await begun();
    const item = stored();
    memory.items.set('request#R request', { ...item, attempt: 2 } as never);
    expect(await unlessItPasses(memory.ports, item, ENDED)).toBe(ENDED);
    memory.items.set('request#R request', { ...item, receipt: {} } as never);
    expect(await unlessItPasses(memory.ports, item, ENDED)).toBe(ENDED);
  });

  it('is said at once by a plan', async () => {
    await begun();
    const plan = { ...stored(), planOnly: true };
    expect(await unlessItPasses(memory.ports, plan, ENDED)).toEqual({
      ...ENDED,
      why: `Refused. ${MAY_PASS.outage.plan}`,
    });
    const bare = attemptEnded('stuck/not-recognised');
    expect(await unlessItPasses(memory.ports, plan, bare)).toEqual({ ...bare, why: MAY_PASS.outage.plan });
  });
});

it.each<FinalOutcome>(['revoked', 'stuck/wrong-environment', 'stuck/permission-missing', 'refused/malformed'])(
  'leaves %s as it is',
  async (outcome) => {
    await begun();
    const ended = attemptEnded(outcome);
    expect(await after(0, ended)).toBe(ended);
  },
);

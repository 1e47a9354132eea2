import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../../functions/core/answer.ts';
import type { Retry } from '../../../../functions/core/backoff.ts';
import { after } from '../../../../functions/core/epoch.ts';
import type { Fault } from '../../../../functions/core/fault.ts';
import type { Provider } from '../../../../functions/core/provider.ts';
import { identify } from '../../../../functions/core/revoke/identify.ts';
import type { Held } from '../../../../functions/core/revoke/open-credential.ts';
import { faultFrom, type Memory, memoryPorts, openedAs } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { questionOf, replyOf, scriptedProvider, withoutSlot } from '../scripted-provider.ts';

const GOOD = openedAs('{"keyId":"K"}');
const PROVIDER = scriptedProvider();

describe('telling whose key it is', () => {
  const held = (keyId: string): Held => ({ opened: GOOD, credential: PROVIDER.credential({ keyId }) });
  /** Answers in turn; the last one stays. */
  const system = (...answers: (Answer | undefined)[]) => {
    const own: unknown[] = [];
    const memory = memoryPorts({
      reply: (call) => {
        const answer = answers[Math.min(own.length, answers.length - 1)];
        own.push(call.ownConnection);
        return answer && replyOf(answer);
      },
    });
    return Object.assign(memory, { own });
  };
  const NEW = { unknown: 'stuck/not-recognised', keyIds: [], stored: [] } as const;
  const naming = (keyId: string): Answer => answerOf('alive', { facts: { keyId } });
  /** As a delivery does it: what the provider answered is written down right after. */
  const noted = async (work: ReturnType<typeof identify>) => {
    const result = await work;
    if ('hasEnded' in result) return result;
    const { note, ...rest } = result;
    await note?.();
    return rest;
  };
  const identified = (memory: Memory, keyId = '', keyIds: readonly string[] = []) =>
    noted(
      identify(
        memory.ports,
        { ports: memory.ports, deadline: after(memory.clock.now(), 25_000) },
        PROVIDER,
        held(keyId),
        { ...NEW, keyIds },
      ),
    );

  it('asks nobody where the credential tells it', async () => {
    const memory = system();
    expect(await identified(memory, 'K')).toEqual({ keyId: 'K', seen: [] });
    expect(memory.steps).toEqual([]);
  });

  it('asks the provider twice over two connections, counts that as seen, and keeps it under the version', async () => {
    const memory = system(naming('K'));
    expect(await identified(memory)).toEqual({ keyId: 'K', seen: ['identify'] });
    expect(memory.items.get(`pin#${GOOD.arn} v1`)).toMatchObject({ keyId: 'K' });
    // A crash before the case is opened must not lose that it was seen.
    expect(await identified(memory)).toEqual({ keyId: 'K', seen: ['identify'] });
    expect(memory.own).toEqual([true, true]);
  });

  it('asks both times at once', async () => {
    const memory = system(naming('K'));
    const { send } = memory.ports;
    const waiting: (() => void)[] = [];
    memory.ports.send = async (...call) => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 2) for (const go of waiting) go();
      });
      return send(...call);
    };
    expect(await identified(memory)).toMatchObject({ keyId: 'K' });
  });

  const SILENT = answerOf('silent');
  const UNKNOWN = answerOf('unknown');
  const REFUSED = answerOf('silent', { means: { end: 'stuck/region-refused' } });
  const WAITS = { hasEnded: false, notBefore: undefined, fallbackCode: undefined };

  it.each<[string, readonly Answer[], readonly string[], string]>([
    ['two keys', [naming('K'), naming('L')], [], 'unrecognised'],
    ['two keys, one of them expected: a cache may answer with it', [naming('K'), naming('L')], ['K'], 'unrecognised'],
    ['one key', [naming('K'), SILENT], [], 'no-reply'],
    ['one key, when another is expected', [SILENT, naming('K')], ['L'], 'no-reply'],
    ['one key, and the other answer does not know the credential', [naming('K'), UNKNOWN], [], 'unrecognised'],
    ['no key, and only one does not know the credential', [UNKNOWN, SILENT], ['K'], 'no-reply'],
    ['no key, and only one means an end', [SILENT, REFUSED], [], 'no-reply'],
    ['no key, and each means another end', [UNKNOWN, REFUSED], [], 'unrecognised'],
  ])('has no verdict from two answers that name %s', async (_what, answers, keyIds, code) => {
    const memory = system(...answers);
    expect(await identified(memory, '', keyIds)).toEqual({ ...WAITS, code });
    expect(memory.items.has(`pin#${GOOD.arn} v1`)).toBe(false);
  });

  it.each([
    [naming('K'), SILENT],
    [SILENT, naming('K')],
    [UNKNOWN, naming('K')],
  ])('believes one answer that names an expected key', async (...answers) => {
    const memory = system(...answers);
    expect(await identified(memory, '', ['L', 'K'])).toEqual({ keyId: 'K', seen: ['identify'] });
    expect(memory.items.get(`pin#${GOOD.arn} v1`)).toMatchObject({ keyId: 'K' });
  });

  it('believes one answer that names an expected key, also if the other question had to wait', async () => {
    const memory = system(naming('K'));
    let asked = 0;
    const provider: Provider = {
      ...PROVIDER,
      identify: () => ({
        ...questionOf('identify'),
        next: (...given) => {
          asked += 1;
          return (asked === 1 ? withoutSlot('identify') : questionOf('identify')).next(...given);
        },
      }),
    };
    const asking = { ports: memory.ports, deadline: after(memory.clock.now(), 25_000) };
    const ask = (keyIds: string[]) => noted(identify(memory.ports, asking, provider, held(''), { ...NEW, keyIds }));
    expect(await ask([])).toEqual({ ...WAITS, code: 'rate-limited' });
    asked = 0;
    expect(await ask(['K'])).toEqual({ keyId: 'K', seen: ['identify'] });
  });

  it('never names a key that one of the answers contradicts, whatever is expected', async () => {
    const id = fc.constantFrom('K', 'L', 'M', undefined);
    const expected = fc.subarray(['K', 'L', 'M']);
    await fc.assert(
      fc.asyncProperty(id, id, expected, async (first, second, keyIds) => {
        const answers = [first, second].map((keyId) => (keyId === undefined ? undefined : naming(keyId)));
        const result = await identified(system(...answers), '', keyIds);
        const named = new Set([first, second].filter((one) => one !== undefined));
        const isBoth = first !== undefined && second !== undefined;
        const [only] = named;
        const isBelieved = named.size === 1 && (isBoth || keyIds.includes(only ?? ''));
        expect('keyId' in result ? result.keyId : undefined).toBe(isBelieved ? only : undefined);
      }),
    );
  });

  describe('where its identifier may be a secret', () => {
    const claiming = (memory: Memory, stored: readonly (string | undefined)[] = [], claimed = 'K') =>
      noted(
        identify(
          memory.ports,
          { ports: memory.ports, deadline: after(memory.clock.now(), 25_000) },
          PROVIDER,
          { opened: GOOD, credential: PROVIDER.credential({ keyId: '', claimed }) },
          { ...NEW, stored },
        ),
      );

    it('asks the provider, and keeps what the provider names', async () => {
      const memory = system(naming('K'));
      expect(await claiming(memory)).toEqual({ keyId: 'K', seen: ['identify'] });
      expect(memory.items.get(`pin#${GOOD.arn} v1`)).toMatchObject({ keyId: 'K' });
      expect(memory.own).toHaveLength(2);
    });

    it.each([
      ['the other one was lost', undefined],
      ['the other one does not know the credential', UNKNOWN],
    ])('believes one answer that names it: %s', async (_what, other) => {
      expect(await claiming(system(other, naming('K')))).toMatchObject({ keyId: 'K' });
      expect(await claiming(system(other, naming('L')))).toMatchObject({ hasEnded: false });
    });

    it('asks nobody where the request’s item holds it already', async () => {
      const memory = system(UNKNOWN);
      expect(await claiming(memory, ['L', undefined, 'K'])).toEqual({ keyId: 'K', seen: [] });
      expect(memory.own).toEqual([]);
    });

    it('remembers that an earlier delivery saw it, also where the request’s item holds it', async () => {
      const memory = system(naming('K'));
      await claiming(memory);
      expect(await claiming(memory, ['K'])).toEqual({ keyId: 'K', seen: ['identify'] });
    });

    it.each<[string, Answer | undefined]>([
      ['is refused', UNKNOWN],
      ['is refused for another reason', REFUSED],
      ['is not answered', undefined],
      ['is answered in part', SILENT],
    ])('writes it nowhere as long as it %s', async (_what, answer) => {
      const memory = system(answer);
      const claimed = 'SECRET-4711';
      const result = await claiming(memory, ['K'], claimed).catch((fault: Fault) => fault.message);
      expect(JSON.stringify([result, [...memory.items], memory.published, memory.lines])).not.toContain(claimed);
      expect(memory.items.has(`pin#${GOOD.arn} v1`)).toBe(false);
    });

    it('says what may be wrong', async () =>
      expect(await faultFrom(claiming(system(UNKNOWN)))).toBe(
        'stuck/not-recognised: Cannot identify the key in key-revoker/desk. Perhaps its identifier and its secret are swapped. Not asked in the environments demo',
      ));
  });

  it('asks again where what was kept cannot be read', async () => {
    const memory = system(answerOf('alive', { facts: { keyId: 'K' } }));
    memory.items.set(`pin#${GOOD.arn} v1`, { rev: 3, nonce: '', keyId: '', questionIds: [] } as never);
    expect(await identified(memory)).toEqual({ keyId: 'K', seen: ['identify'] });
    expect(memory.items.get(`pin#${GOOD.arn} v1`)).toMatchObject({ rev: 4, keyId: 'K', questionIds: ['identify'] });
  });

  it.each<[string, Answer, string]>([
    [
      'a credential that the provider does not know',
      answerOf('unknown', { means: { end: 'stuck/credential-refused' } }),
      'stuck/not-recognised',
    ],
    ['a credential that the provider calls revoked', answerOf('revoked'), 'stuck/not-recognised'],
    ['a credential that does not work', answerOf('unusable'), 'stuck/not-recognised'],
    [
      'what the answer settles',
      answerOf('rejected', { means: { end: 'stuck/region-refused' } }),
      'stuck/region-refused',
    ],
  ])('ends by %s', async (_what, answer, outcome) =>
    expect(await faultFrom(identified(system(answer)))).toBe(
      `${outcome}: Cannot identify the key in key-revoker/desk${outcome === 'stuck/not-recognised' ? '. Not asked in the environments demo' : ''}`,
    ),
  );

  it('goes by what another delivery has kept meanwhile: that may have killed the key since', async () => {
    const memory = memoryPorts({
      reply: () => {
        memory.items.set(`pin#${GOOD.arn} v1`, { rev: 1, nonce: '', keyId: 'K', questionIds: ['identify'] } as never);
        return replyOf(answerOf('unknown'));
      },
    });
    expect(await identified(memory)).toEqual({ keyId: 'K', seen: ['identify'] });
  });

  it('shows what was asked on the way to such an end', async () => {
    const error = await identified(system(answerOf('unknown', { code: '403' }))).catch((thrown: unknown) => thrown);
    const line = { step: 'probe', asked: 'identify', saw: 'unknown', code: '403' };
    expect((error as Fault).evidence).toMatchObject([line, line]);
  });

  it.each<[string, Answer | undefined, Retry]>([
    ['silence', undefined, { code: 'no-reply' }],
    [
      'a limited rate',
      answerOf('silent', {
        means: { wait: 'rate-limited', notBefore: after(NOON, 9) },
        fallbackCode: 'account-restricted',
      }),
      { code: 'rate-limited', notBefore: after(NOON, 9), fallbackCode: 'account-restricted' },
    ],
    ['an answer without the identifier', answerOf('alive'), { code: 'unrecognised' }],
  ])('comes again on %s', async (_what, answer, retry) => {
    const wait = { hasEnded: false, notBefore: undefined, fallbackCode: undefined, ...retry };
    expect(await identified(system(answer))).toEqual(wait);
  });

  it('comes again where nobody can be asked', async () => {
    const { identify: _, ...mute } = PROVIDER;
    const { ports } = system(answerOf('alive', { facts: { keyId: 'K' } }));
    expect(await identify(ports, { ports, deadline: after(NOON, 25_000) }, mute, held(''), NEW)).toMatchObject({
      hasEnded: false,
      code: 'no-reply',
    });
  });

  it('comes again where there is no time to ask', async () => {
    const { ports } = system(answerOf('alive'));
    expect(await identify(ports, { ports, deadline: NOON }, PROVIDER, held(''), NEW)).toMatchObject({
      hasEnded: false,
      code: 'no-reply',
    });
  });
});

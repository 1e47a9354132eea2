import { describe, expect, it } from 'vitest';
import type { Answer, Facts } from '../../../../functions/core/answer.ts';
import { after, epochMs } from '../../../../functions/core/epoch.ts';
import { ask, askRound, correctsClock, hasTime, isUnasked } from '../../../../functions/core/probe/ask.ts';
import type { Asking } from '../../../../functions/core/probe/host-limits.ts';
import type { HttpCall, Plan, Question } from '../../../../functions/core/provider.ts';
import { memoryPorts } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { askedIn, questionOf, replyOf, scriptedProvider, withoutSlot } from '../scripted-provider.ts';

const asking = (reply: (call: HttpCall) => Answer | undefined, ms = 25_000) => {
  const sent: { asked: string; signedAt: number; at: number }[] = [];
  const memory = memoryPorts({
    reply: (call, now) => {
      sent.push({ ...askedIn(call), at: now - NOON });
      const answer = reply(call);
      return answer && replyOf(answer);
    },
  });
  const given: Asking = { ports: memory.ports, deadline: after(NOON, ms) };
  return { memory, sent, given };
};

it('has time for an exchange of five seconds, to the millisecond', () => {
  expect(hasTime({ deadline: after(NOON, 5_000) }, NOON)).toBe(true);
  expect(hasTime({ deadline: after(NOON, 4_999) }, NOON)).toBe(false);
});

it('sends nothing for which there is no time', async () => {
  const { sent, given } = asking(() => answerOf('alive'), 4_999);
  expect(await ask(given, questionOf('probe'))).toStrictEqual({ heldUp: undefined });
  expect(sent).toEqual([]);
});

it('sends nothing for which no rate slot is left, and says so', async () => {
  const { sent, given } = asking(() => answerOf('alive'));
  expect(await ask(given, withoutSlot('probe'))).toStrictEqual({ heldUp: { code: 'rate-limited' } });
  expect(sent).toEqual([]);
});

it('tells a question that was not asked from an answer', () => {
  expect([{ heldUp: undefined }, { heldUp: { code: 'limit' } as const }].map(isUnasked)).toEqual([true, true]);
  expect(isUnasked(answerOf('silent'))).toBe(false);
});

it('gives an exchange five seconds, and no more than the deadline leaves', async () => {
  const { memory, given } = asking(() => answerOf('alive'), 5_500);
  const untils: number[] = [];
  const { send } = memory.ports;
  memory.ports.send = (call, until) => {
    untils.push(until - NOON);
    return send(call, until);
  };
  await ask(given, questionOf('probe'));
  memory.clock.forward(500);
  await ask(given, questionOf('probe'));
  expect(untils).toEqual([5_000, 5_500]);
});

it('asks once more by the provider’s clock, and keeps to it', async () => {
  const off = answerOf('silent', { means: { wait: 'clock-skew' }, serverTime: epochMs(NOON + 90_000) });
  const { sent, given } = asking(() => (sent.length === 1 ? off : answerOf('alive')));
  expect(await ask(given, questionOf('probe'))).toMatchObject({ saw: 'alive' });
  await ask(given, questionOf('probe'));
  expect(sent.map(({ signedAt }) => signedAt - NOON)).toEqual([0, 90_000, 90_000]);
});

it('corrects the clock once in a delivery', async () => {
  const off = answerOf('silent', { means: { wait: 'clock-skew' }, serverTime: epochMs(NOON + 90_000) });
  const { sent, given } = asking(() => off);
  expect(await ask(given, questionOf('probe'))).toMatchObject({ means: { wait: 'clock-skew' } });
  expect(sent).toHaveLength(2);
  await ask(given, questionOf('probe'));
  expect(sent).toHaveLength(3);
});

it('asks each of two questions again where both show the clock to be off', async () => {
  const off = answerOf('silent', { means: { wait: 'clock-skew' }, serverTime: epochMs(NOON + 90_000) });
  const { sent, given } = asking(() => (sent.length <= 2 ? off : answerOf('alive')));
  const answers = await Promise.all([ask(given, questionOf('a')), ask(given, questionOf('b'))]);
  expect(answers).toMatchObject([{ saw: 'alive' }, { saw: 'alive' }]);
  expect(sent).toHaveLength(4);
});

it('asks only that one of two questions again whose answer shows the clock to be off', async () => {
  const off = answerOf('silent', { means: { wait: 'clock-skew' }, serverTime: epochMs(NOON + 90_000) });
  const { sent, given } = asking(() => (sent.length === 1 ? off : answerOf('alive')));
  const answers = await Promise.all([ask(given, questionOf('a')), ask(given, questionOf('b'))]);
  expect(answers).toMatchObject([{ saw: 'alive' }, { saw: 'alive' }]);
  expect(sent.map(({ asked }) => asked)).toEqual(['a', 'b', 'a']);
});

it.each([
  ['that does not tell the time', answerOf('silent', { means: { wait: 'clock-skew' } })],
  ['that tells the time beside another matter', answerOf('alive', { serverTime: epochMs(NOON + 1) })],
])('leaves the clock at an answer %s', async (_what, answer) => {
  const { sent, given } = asking(() => answer);
  await ask(given, questionOf('probe'));
  expect(sent).toHaveLength(1);
  expect(correctsClock(given, answer)).toBe(false);
  expect(given.skewMs).toBeUndefined();
});

it('sends four exchanges of a question at once, and from then on five a second', async () => {
  const { sent, given } = asking(() => answerOf('alive'));
  const first = questionOf('page');
  const pages: Question = {
    ...first,
    next: (replies, now) => (replies.length < 7 ? first.next([], now) : { answer: answerOf('listed') }),
  };
  expect(await ask(given, pages)).toMatchObject({ saw: 'listed' });
  expect(sent.map(({ at }) => at)).toEqual([0, 0, 0, 0, 200, 400, 600]);
});

describe('a reply from a cache', () => {
  const HIT = { age: '7', 'x-cache': 'Hit from cloudfront' };
  const FROM_CACHE = { saw: 'silent', code: 'from a cache: age', means: { wait: 'unrecognised' } };

  /** Each letter is a reply in turn: from a cache, or from the provider. The last one stays. */
  const replying = (replies: string) => {
    let asked = 0;
    const memory = memoryPorts({
      reply: () => {
        const isHit = replies[Math.min(asked, replies.length - 1)] === 'c';
        asked += 1;
        const reply = replyOf(answerOf(isHit ? 'unknown' : 'alive'));
        return reply && { ...reply, ...(isHit && { headers: HIT }) };
      },
    });
    const given: Asking = { ports: memory.ports, deadline: after(NOON, 25_000) };
    return { given, asked: () => asked };
  };

  it.each([
    ['cp', 2],
    ['ccp', 3],
  ])('is no answer: the same exchange is sent again (%s)', async (replies, exchanges) => {
    const { given, asked } = replying(replies);
    expect(await ask(given, questionOf('probe'))).toMatchObject({ saw: 'alive' });
    expect(asked()).toBe(exchanges);
  });

  it('ends the question without a verdict when three come in a row, and names the header', async () => {
    const { given, asked } = replying('c');
    expect(await ask(given, questionOf('probe'))).toStrictEqual(FROM_CACHE);
    expect(asked()).toBe(3);
  });

  it.each(['ccpccp', 'cpcp', 'ccpcp'])('counts only replies in a row (%s)', async (replies) => {
    const { given, asked } = replying(replies);
    const first = questionOf('page');
    const pages: Question = {
      ...first,
      next: (replies, now) => (replies.length < 2 ? first.next([], now) : { answer: answerOf('listed') }),
    };
    expect(await ask(given, pages)).toMatchObject({ saw: 'listed' });
    expect(asked()).toBe(replies.length);
  });

  it.each([1, 2])('is sent again only while there is time: %d', async (late) => {
    let asked = 0;
    const memory = memoryPorts({
      reply: () => {
        asked += 1;
        if (asked === late) memory.clock.forward(20_001);
        return { status: 200, headers: HIT, body: '{}', at: NOON };
      },
    });
    const given: Asking = { ports: memory.ports, deadline: after(NOON, 25_000) };
    expect(await ask(given, questionOf('probe'))).toStrictEqual({ heldUp: undefined });
    expect(asked).toBe(late);
  });
});

describe('connections of its own', () => {
  const opened = (own: boolean, replies: readonly (string | 'lost' | 'cached' | undefined)[]) => {
    const sent: (true | undefined)[] = [];
    const memory = memoryPorts({
      reply: (call) => {
        sent.push(call.ownConnection);
        const address = replies[sent.length - 1];
        if (address === 'lost') return undefined;
        const headers: Record<string, string> = address === 'cached' ? { age: '1' } : {};
        const reply = { status: 200, headers, body: JSON.stringify(answerOf('unknown')), at: NOON };
        return address === undefined ? reply : { ...reply, address };
      },
    });
    const given: Asking = { ports: memory.ports, deadline: after(NOON, 25_000), ownConnections: own };
    return { sent, given };
  };
  const roundOf = (given: Asking, probes: readonly Question[]) =>
    askRound(given, () => ({ ...scriptedProvider().plan({ target: { self: true } } as never), probes }), {}, true);

  const pages: Question = {
    ...questionOf('pages'),
    next: (replies, now) => (replies.length < 3 ? questionOf('pages').next([], now) : { answer: answerOf('unlisted') }),
  };

  it('are asked for by every exchange of a round, and reported by question', async () => {
    const { sent, given } = opened(true, ['a', 'b', 'c', 'd']);
    const { asked } = await roundOf(given, [questionOf('one'), pages]);
    expect(sent).toEqual([true, true, true, true]);
    expect(asked.map(({ connections }) => connections.length)).toEqual([1, 3]);
    expect(asked.flatMap(({ connections }) => connections).toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are counted, also twice at one address, but not if no reply or a cached one came', async () => {
    const { given } = opened(true, ['a', 'lost', 'a']);
    const [asked] = (await roundOf(given, [pages])).asked;
    expect(asked?.connections).toEqual(['a', 'a']);
    const { given: again } = opened(true, ['cached', 'b']);
    expect((await roundOf(again, [questionOf('one')])).asked[0]?.connections).toEqual(['b']);
  });

  it('count without an address', async () => {
    const { given } = opened(true, [undefined]);
    expect((await roundOf(given, [questionOf('one')])).asked[0]?.connections).toEqual(['unknown']);
  });

  it('are none if the round may use connections that are open', async () => {
    const { sent, given } = opened(false, ['a']);
    const [asked] = (await roundOf(given, [questionOf('one')])).asked;
    expect([sent, asked?.connections]).toEqual([[undefined], []]);
  });

  it('are those of the answer, and not of a first try with a wrong clock', async () => {
    const off = answerOf('silent', { means: { wait: 'clock-skew' }, serverTime: epochMs(NOON + 90_000) });
    let asked = 0;
    const memory = memoryPorts({
      reply: () => {
        asked += 1;
        const reply = replyOf(asked === 1 ? off : answerOf('unknown'));
        return reply && { ...reply, address: String(asked) };
      },
    });
    const given: Asking = { ports: memory.ports, deadline: after(NOON, 25_000), ownConnections: true };
    expect((await roundOf(given, [questionOf('one')])).asked[0]?.connections).toEqual(['2']);
  });
});

describe('a round', () => {
  const order = { target: { self: true } } as never;
  const planOf =
    (change: (facts: Facts) => Partial<Plan>) =>
    (facts: Facts): Plan => ({ ...scriptedProvider().plan(order), ...change(facts) });
  const [a, b] = [questionOf('a'), questionOf('b', 'managing')];

  it('asks every probe once, and keeps what they said in their order', async () => {
    const { sent, given } = asking((call) =>
      answerOf(askedIn(call).asked === 'a' ? 'alive' : 'unlisted', { facts: { [askedIn(call).asked]: '1' } }),
    );
    const round = await askRound(
      given,
      planOf(() => ({ probes: [a, b] })),
      { c: '1' },
      true,
    );
    expect(sent.map(({ asked }) => asked)).toEqual(['a', 'b']);
    expect(round.asked.map(({ answer }) => answer.saw)).toEqual(['alive', 'unlisted']);
    expect(round).toMatchObject({ facts: { a: '1', b: '1', c: '1' }, cutShort: false, signer: undefined });
    expect(round.isEmpty).toBe(false);
    expect(round.evidence).toMatchObject([
      {
        at: '2026-11-21T12:00:00.000Z',
        step: 'probe',
        asked: 'a',
        as: 'self',
        host: 'api.example.com',
        saw: 'alive',
        code: '0',
      },
      { asked: 'b', as: 'managing', saw: 'unlisted' },
    ]);
  });

  it('asks what its answers make a plan of', async () => {
    const { sent, given } = asking((call) =>
      answerOf('alive', askedIn(call).asked === 'a' ? { facts: { sub: '1' } } : {}),
    );
    await askRound(
      given,
      planOf(({ sub }) => ({ probes: sub ? [a, b] : [a] })),
      {},
      true,
    );
    expect(sent.map(({ asked }) => asked)).toEqual(['a', 'b']);
  });

  it('asks no more once the plan has ended', async () => {
    const { sent, given } = asking(() => answerOf('alive', { facts: { bad: '1' } }));
    const change = ({ bad }: Facts): Partial<Plan> =>
      bad ? { probes: [a, b], end: 'stuck/wrong-account' } : { probes: [a] };
    await askRound(given, planOf(change), {}, true);
    expect(sent).toHaveLength(1);
  });

  it('asks on where a part of a search was read, which is no answer yet', async () => {
    const { sent, given } = asking(() =>
      sent.length < 3 ? answerOf('silent', { more: true, facts: { at: String(sent.length) } }) : answerOf('listed'),
    );
    const round = await askRound(
      given,
      planOf(() => ({ probes: [a] })),
      {},
      true,
    );
    expect(sent).toHaveLength(3);
    expect(round).toMatchObject({ facts: { at: '2' }, asked: [{ answer: { saw: 'listed' } }] });
    expect(round.evidence).toHaveLength(1);
  });

  it('keeps how far a search has come that has to wait', async () => {
    const { sent, given } = asking(() => answerOf('silent', { more: true, facts: { at: String(sent.length) } }));
    const search: Question = {
      ...a,
      next: (replies, now) => {
        return (sent.length === 2 ? withoutSlot('a') : a).next(replies, now);
      },
    };
    const plan = planOf(() => ({ probes: [search] }));
    expect(await askRound(given, plan, {}, true)).toMatchObject({
      facts: { at: '1' },
      asked: [],
      cutShort: true,
      heldUp: { code: 'rate-limited' },
      isEmpty: false,
    });
  });

  it('keeps an answer under the account that it read', async () => {
    const { given } = asking(() => answerOf('listed', { questionId: 'list of 7' }));
    const round = await askRound(
      given,
      planOf(() => ({ probes: [a] })),
      {},
      true,
    );
    expect(round.asked[0]?.question.questionId).toBe('list of 7');
  });

  it('is cut short by the deadline', async () => {
    const { memory, given } = asking(() => {
      memory.clock.forward(21_000);
      return answerOf('alive', { facts: { next: '1' } });
    });
    const round = await askRound(
      given,
      planOf(({ next }) => ({ probes: next ? [a, b] : [a] })),
      {},
      true,
    );
    expect(round).toMatchObject({ cutShort: true, asked: [{ answer: { saw: 'alive' } }] });
  });

  it('is cut short where there is no time for any question', async () => {
    const { given } = asking(() => answerOf('alive'), 10);
    const round = await askRound(
      given,
      planOf(() => ({ probes: [a] })),
      {},
      true,
    );
    expect(round).toMatchObject({ cutShort: true, heldUp: undefined, asked: [], isEmpty: true });
  });

  it('is over before it tells that one of its questions could not be asked, and keeps what the others said', async () => {
    const { memory, given } = asking(() => answerOf('alive'));
    const { send } = memory.ports;
    let replies = 0;
    memory.ports.send = async (call, until) => {
      for (let turn = 0; turn < 50; turn += 1) await undefined;
      replies += 1;
      return send(call, until);
    };
    const held = withoutSlot('b', 'managing');
    const roundOf = (probes: readonly Question[]) =>
      askRound(
        given,
        planOf(() => ({ probes })),
        {},
        true,
      );
    expect(await roundOf([held, a])).toMatchObject({
      cutShort: true,
      heldUp: { code: 'rate-limited' },
      asked: [{ answer: { saw: 'alive' } }],
      isEmpty: false,
    });
    expect(replies).toBe(1);
    const empty = { cutShort: true, heldUp: { code: 'rate-limited' }, asked: [], evidence: [], isEmpty: true };
    expect(await roundOf([held])).toMatchObject(empty);
  });

  it('tells apart two questions whose parts read the same together', async () => {
    const { sent, given } = asking(() => answerOf('alive'));
    const probes = [
      { ...a, host: 'h', questionId: 'x y' },
      { ...a, host: 'h x', questionId: 'y' },
    ];
    await askRound(
      given,
      planOf(({ sub }) => ({ probes: sub ? probes : probes.slice(0, 1) })),
      { sub: '1' },
      true,
    );
    expect(sent).toHaveLength(2);
  });

  describe('with a managing key', () => {
    const withSigner = planOf(() => ({ signer: questionOf('signer', 'managing'), probes: [a] }));

    it('asks it first, and where it is well says nothing of it', async () => {
      const { sent, given } = asking(() => answerOf('alive', { facts: { user: '1' } }));
      const round = await askRound(given, withSigner, {}, true);
      expect(sent.map(({ asked }) => asked)).toEqual(['signer', 'a']);
      expect(round).toMatchObject({ signer: { saw: 'alive' }, facts: { user: '1' }, evidence: [{ asked: 'a' }] });
    });

    it('plans by what it tells of itself, beside what was known', async () => {
      const { given } = asking((call) =>
        askedIn(call).asked === 'signer' ? answerOf('alive', { facts: { user: '1' } }) : answerOf('alive'),
      );
      const known: Facts[] = [];
      const plan = (facts: Facts): Plan => {
        known.push(facts);
        return withSigner(facts);
      };
      await askRound(given, plan, { list: '2' }, true);
      expect(known[1]).toEqual({ list: '2', user: '1' });
    });

    it('shows its refusal, which is no word on the target', async () => {
      const { given } = asking((call) =>
        answerOf(
          'unknown',
          askedIn(call).asked === 'a' ? {} : { means: { end: 'stuck/credential-refused' }, code: 'NOT_FOUND' },
        ),
      );
      const round = await askRound(given, withSigner, {}, true);
      expect(round.evidence[0]).toMatchObject({ step: 'probe', asked: 'signer', saw: 'silent', code: 'NOT_FOUND' });
      expect(round.asked).toHaveLength(1);
    });

    it('does not ask it where that is not wanted', async () => {
      const { sent, given } = asking(() => answerOf('alive'));
      await askRound(given, withSigner, {}, false);
      expect(sent.map(({ asked }) => asked)).toEqual(['a']);
    });

    it('is cut short where that has to wait, with nothing to write down', async () => {
      const { sent, given } = asking(() => answerOf('alive'));
      const waits = planOf(() => ({ signer: withoutSlot('signer', 'managing'), probes: [a] }));
      expect(await askRound(given, waits, {}, true)).toMatchObject({
        cutShort: true,
        heldUp: { code: 'rate-limited' },
        asked: [],
        signer: undefined,
        isEmpty: true,
      });
      expect(sent).toEqual([]);
    });

    it('keeps what that said where its questions have to wait', async () => {
      const { given } = asking(() => answerOf('alive'));
      const waits = planOf(() => ({ signer: questionOf('signer', 'managing'), probes: [withoutSlot('a')] }));
      expect(await askRound(given, waits, {}, true)).toMatchObject({
        cutShort: true,
        heldUp: { code: 'rate-limited' },
        asked: [],
        signer: { saw: 'alive' },
        isEmpty: false,
      });
    });

    it('is cut short where there is no time for it', async () => {
      const { given } = asking(() => answerOf('alive'), 10);
      expect(await askRound(given, withSigner, {}, true)).toMatchObject({
        cutShort: true,
        asked: [],
        signer: undefined,
      });
    });
  });
});

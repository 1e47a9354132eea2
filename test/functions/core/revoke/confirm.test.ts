import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../../functions/core/answer.ts';
import { after, type EpochMs, toIso } from '../../../../functions/core/epoch.ts';
import { Fault, Unavailable } from '../../../../functions/core/fault.ts';
import type { Restriction } from '../../../../functions/core/provider.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import { type Given, type Memory, openedAs } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { deleteCall, questionOf, scriptedProvider, withoutSlot } from '../scripted-provider.ts';
import {
  ACCEPTED,
  ALIVE,
  caseOf,
  delivered,
  GONE,
  KEY,
  LEAKED,
  MANAGED,
  OTHER,
  type Script,
  SELF,
  system,
} from '../scripted-system.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const REFUSED = answerOf('rejected');
/** The end of the request: the second absence. */
const END = after(NOON, 2 * SECOND);
const OWN = { sender: 'AROAOWNROLE:key-revoker', messageId: 'L' };

const upTo = (memory: Memory, instant: EpochMs) => memory.clock.forward(Math.max(0, instant - memory.clock.now()));

/** Delivers the message of the window at an instant. @returns when it comes again, in milliseconds after the end */
const readAt = async (
  memory: Memory,
  ms: number,
  body: object = SELF,
  rest: object = {},
): Promise<number | undefined> => {
  upTo(memory, after(END, ms));
  const said = await revoke(memory.ports, delivered(memory, { ...body, look: true }, { ...OWN, ...rest }));
  return said.done ? undefined : said.notBefore - END;
};

/** Reads at each instant that the window asks for. @returns these instants, in milliseconds after the end */
const readThrough = async (memory: Memory, from: number, body: object = SELF): Promise<readonly number[]> => {
  const read: number[] = [];
  for (let next: number | undefined = from; next !== undefined; next = await readAt(memory, next, body))
    read.push(next);
  return read;
};

const ended = async (script: Script, body: object = SELF, given: Given = {}) => {
  const memory = system(script, given);
  expect(await revoke(memory.ports, delivered(memory, body))).toEqual({ done: true });
  return memory;
};

/** What was found, without the receipt of the end. */
const findings = ({ published }: Memory) =>
  published
    .filter(({ final }) => !final)
    .map(({ receiptId, outcome, code, keyState, confirms }) => [receiptId, outcome, code, keyState, confirms]);

const DIES = { probe: [ALIVE, GONE], delete: [ACCEPTED] };

/** Of a window of ten. */
const EACH_MINUTE = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('the window after an end', () => {
  it.each([
    ['another', SELF, 60, EACH_MINUTE],
    ['an urgent', { ...SELF, ...LEAKED }, 30, [0.5, ...EACH_MINUTE]],
  ])('of %s request is read each minute, and once when it is over', async (_what, body, delaySeconds, minutes) => {
    const memory = await ended(DIES, body);
    expect(memory.enqueued).toMatchObject([{ delaySeconds, attributes: { requestId: 'R', attempt: '1' } }]);
    expect(JSON.parse(memory.enqueued[0]?.body ?? '')).toMatchObject({ ...body, look: true });
    expect(await readThrough(memory, delaySeconds * SECOND, body)).toEqual(minutes.map((each) => each * MINUTE));
    expect(findings(memory)).toEqual([['R#1!1', 'confirmed', null, 'dead', 'revoked']]);
    expect(memory.sent.filter((asked) => asked === 'delete')).toHaveLength(1);
    expect(memory.aside).toEqual([]);
  });

  it.each([
    ['three times', SELF, 3],
    ['five times if the request is urgent', { ...SELF, ...LEAKED }, 5],
  ])('asks the key %s at once', async (_how, body, times) => {
    const memory = await ended(DIES, body);
    const before = memory.sent.length;
    await readAt(memory, MINUTE, body);
    expect(memory.sent.slice(before)).toEqual(Array(times).fill('probe'));
  });

  it('leaves a reading that is further ahead than a queue delays to the sweep', async () => {
    const memory = await ended(DIES);
    const DAY = 24 * 60 * MINUTE;
    const key = [...memory.items.keys()].find((name) => name.startsWith('case#')) ?? '';
    const { settling, ...item } = caseOf(memory);
    memory.items.set(key, { ...item, settling: { ...settling, windowMs: DAY } } as never);
    expect(await readThrough(memory, MINUTE)).toEqual(EACH_MINUTE.map((each) => each * MINUTE));
    expect(caseOf(memory)).toMatchObject({ state: 'settling-case', at: after(END, DAY / 10) });
    const before = memory.sent.length;
    // A copy of the message asks nothing, and does not stay on the queue.
    expect(await readAt(memory, 11 * MINUTE)).toBeUndefined();
    expect(memory.sent).toHaveLength(before);
    expect(caseOf(memory)).not.toHaveProperty('lease');
    expect(caseOf(memory)).toMatchObject({ at: after(END, DAY / 10) });
    expect(await readThrough(memory, DAY / 10)).toEqual([DAY / 10]);
    expect(memory.sent.length).toBeGreaterThan(before);
    for (let n = 2; n <= 10; n += 1) await readAt(memory, (n * DAY) / 10);
    expect(findings(memory)).toEqual([['R#1!1', 'confirmed', null, 'dead', 'revoked']]);
  });

  it('says what it saw', async () => {
    const memory = await ended(DIES);
    expect(await readAt(memory, MINUTE)).toBe(2 * MINUTE);
    expect(caseOf(memory)).toMatchObject({
      state: 'settling-case',
      at: after(END, 2 * MINUTE),
      settling: {
        ...{ absences: 3, connections: 3, addresses: ['unknown'], triedKey: true },
        lastReadAt: after(END, MINUTE),
      },
    });
    expect(caseOf(memory)).not.toHaveProperty('lease');
    await readThrough(memory, 2 * MINUTE);
    const [, receipt] = memory.published;
    expect(receipt).toMatchObject({
      final: false,
      message: 'Confirmed dead: refused 30 times over 10 minutes',
      exposedMs: 0,
      proof: {
        revision: 2,
        basis: 'accepted',
        control: 'none',
        tried: 'key',
        spanMs: 2_000,
        absences: 32,
        connections: 32,
        bound: 3 / 32,
        sightings: 0,
        lastSightingAt: '2026-11-21T12:00:00.000Z',
      },
      times: memory.published[0]?.times,
    });
    const line = { at: toIso(after(END, 10 * MINUTE)), step: 'probe', as: 'self', host: 'api.example.com' };
    expect(receipt?.evidence).toEqual(Array(3).fill({ ...line, asked: 'probe', saw: GONE.saw, code: GONE.code }));
    expect(memory.lines.at(-1)).toEqual([
      'key settled',
      {
        requestId: 'R',
        receiptId: 'R#1!1',
        provider: 'kalshi',
        outcome: 'confirmed',
        code: '',
        urgent: false,
        keyDigest: memory.published[0]?.key?.digest,
        timeToConfirmMs: 10 * MINUTE + 2 * SECOND,
        exposedMs: 0,
      },
    ]);
    expect(memory.tags.map(([, tags]) => tags['key-revoker:status'])).toEqual(['revoked', 'confirmed']);
    expect(caseOf(memory)).toMatchObject({
      state: 'proved-case',
      at: after(END, 10 * MINUTE),
      settling: { owners: [] },
    });
  });

  it('reads nothing before its time, however often the message comes', async () => {
    const memory = await ended(DIES);
    const before = memory.sent.length;
    for (const ms of [0, 30 * SECOND, MINUTE - 1]) expect(await readAt(memory, ms)).toBe(MINUTE);
    expect(memory.sent).toHaveLength(before);
    await readAt(memory, MINUTE);
    expect(await readAt(memory, MINUTE)).toBe(2 * MINUTE);
    expect(memory.sent).toHaveLength(before + 3);
  });

  it('keeps half a minute between two readings where messages come late, and skips what is past', async () => {
    const memory = await ended(DIES, { ...SELF, ...LEAKED });
    expect(await readAt(memory, 7 * MINUTE - 20 * SECOND)).toBe(8 * MINUTE);
    expect(await readAt(memory, 25 * MINUTE)).toBeUndefined();
    expect(findings(memory)).toEqual([['R#1!1', 'confirmed', null, 'dead', 'revoked']]);
  });

  it('counts only the answers that did not know the key', async () => {
    const memory = await ended({ probe: [ALIVE, GONE, GONE, GONE, answerOf('silent'), GONE], delete: [ACCEPTED] });
    expect(await readAt(memory, MINUTE)).toBe(2 * MINUTE);
    const counted = { absences: 2, connections: 2, addresses: ['unknown'], triedKey: true };
    expect(caseOf(memory).settling).toMatchObject(counted);
  });

  it('holds for a key that does not work any more', async () => {
    const memory = await ended({ probe: [ALIVE, GONE, GONE, answerOf('unusable')], delete: [ACCEPTED] });
    await readAt(memory, MINUTE);
    expect(caseOf(memory).settling).toMatchObject({ absences: 3, triedKey: true });
    await readThrough(memory, 2 * MINUTE);
    expect(findings(memory)).toEqual([['R#1!1', 'confirmed', null, 'dead', 'revoked']]);
  });

  it('counts what the key itself was asked where half a round was all that it got', async () => {
    const probes = [questionOf('probe')];
    const memory = await ended(DIES, SELF, { provider: scriptedProvider(() => ({ probes })) });
    probes.push(withoutSlot('list'));
    const before = memory.sent.length;
    expect(await readAt(memory, MINUTE)).toBe(2 * MINUTE);
    expect(memory.sent.slice(before)).toEqual(['probe', 'probe', 'probe']);
    expect(caseOf(memory).settling).toMatchObject({ absences: 3, lastReadAt: after(END, MINUTE) });
  });

  it('asks the managing key once, about itself as well, and plans as after a call', async () => {
    const called: boolean[] = [];
    const provider = scriptedProvider((order) => {
      called.push(order.called);
      return {
        signer: questionOf('signer', 'managing'),
        probes: [questionOf('probe'), questionOf('list', 'managing')],
      };
    });
    const list = [answerOf('listed', { identified: true }), answerOf('unlisted')];
    const memory = await ended({ signer: [ALIVE], list, ...DIES }, MANAGED, { provider });
    const before = memory.sent.length;
    called.length = 0;
    expect(await readAt(memory, MINUTE, MANAGED)).toBe(2 * MINUTE);
    expect(memory.sent.slice(before)).toEqual(['signer', 'probe', 'probe', 'probe', 'list']);
    expect(new Set(called)).toEqual(new Set([true]));
  });

  it('is read also where its provider has been switched off since: a reading is no order', async () => {
    const memory = await ended(DIES);
    memory.ports.config = { ...memory.ports.config, providers: [] };
    expect(await readThrough(memory, MINUTE)).toHaveLength(10);
    expect(findings(memory)).toEqual([['R#1!1', 'confirmed', null, 'dead', 'revoked']]);
  });

  it('gets no second reading from a delivery that was paused after its first', async () => {
    const memory = await ended(DIES);
    const { ledger } = memory.ports;
    const write: typeof ledger.write = async (key, item) => {
      const isWritten = await ledger.write(key, item);
      if (caseOf(memory).settling?.lastReadAt === after(END, MINUTE)) memory.clock.forward(20 * MINUTE);
      return isWritten;
    };
    memory.ports.ledger = { ...ledger, write };
    await readAt(memory, MINUTE);
    const { lastReadAt, nextAt } = caseOf(memory).settling ?? {};
    expect([lastReadAt, nextAt]).toEqual([after(END, MINUTE), after(END, 2 * MINUTE)]);
    expect(findings(memory)).toEqual([]);
  });

  it('is begun by a sweep where the queue did not take the message', async () => {
    const memory = system(DIES);
    memory.ports.outbox = { ...memory.ports.outbox, enqueue: () => Promise.reject(new Unavailable('down')) };
    expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
    expect(memory.lines.at(-1)).toEqual(['second look not sent', { requestId: 'R' }]);
    expect(caseOf(memory)).toMatchObject({ state: 'settling-case', at: after(END, MINUTE) });
  });
});

describe('a key that shows again in its window', () => {
  it('is reported, and its request is sent again as the next attempt', async () => {
    const memory = await ended({ probe: [ALIVE, GONE, GONE, GONE, GONE, ALIVE, GONE], delete: [ACCEPTED] });
    expect(await readAt(memory, MINUTE)).toBeUndefined();
    expect(memory.items.get('request#R request')).toMatchObject({ withdrawnAt: after(END, MINUTE) });
    expect(findings(memory)).toEqual([['R#1!1', 'resurrected', null, 'alive', 'revoked']]);
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#1' });
    expect(caseOf(memory)).not.toHaveProperty('proved');
    expect(memory.enqueued.at(-1)).toMatchObject({ attributes: { requestId: 'R', attempt: '2' }, delaySeconds: 0 });
    expect(JSON.parse(memory.enqueued.at(-1)?.body ?? '')).not.toHaveProperty('look');
    expect([memory.aside, memory.sent.filter((asked) => asked === 'delete')]).toEqual([[], ['delete']]);
    expect(memory.tags.at(-1)?.[1]).toEqual({ 'key-revoker:status': 'resurrected' });
  });

  it.each([
    ['by an answer that does not name it', answerOf('alive')],
    ['by a refusal that names it', answerOf('silent', { identified: true, means: { end: 'stuck/ip-not-allowed' } })],
  ])('is known %s', async (_how, answer) => {
    const memory = await ended({ probe: [ALIVE, GONE, GONE, answer], delete: [ACCEPTED] });
    expect(await readAt(memory, MINUTE)).toBeUndefined();
    expect(findings(memory)).toEqual([['R#1!1', 'resurrected', null, 'alive', 'revoked']]);
  });

  it('is found by the request that is sent again: the word that no longer holds is not given twice', async () => {
    const memory = await ended({
      probe: [ALIVE, GONE, GONE, ALIVE, ALIVE, ALIVE, GONE],
      delete: [ACCEPTED],
    });
    await readAt(memory, MINUTE);
    await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2', attempt: 2 }));
    const last = memory.published.at(-1);
    expect(last).toMatchObject({ receiptId: 'R#2', outcome: 'revoked', final: true, calls: 1 });
    expect(caseOf(memory)).toMatchObject({ state: 'settling-case', broken: { windows: 1, full: 0 } });
    await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M3' }));
    expect(memory.published.at(-1)).toBe(last);
  });

  /** Ends, shows the key in its window at an instant, and so on, as often as given. */
  const flapping = async (times: number, ms: number) => {
    let isSeen = true;
    const probe = [() => (isSeen ? ALIVE : GONE)];
    const remove = [
      () => {
        isSeen = false;
        return ACCEPTED;
      },
    ];
    const memory = system({ probe, delete: remove });
    for (let attempt = 1; attempt <= times; attempt += 1) {
      await revoke(memory.ports, delivered(memory, SELF, { messageId: `M${attempt}`, attempt }));
      const end = caseOf(memory).settling?.startedAt ?? NOON;
      isSeen = true;
      await readAt(memory, end - END + ms);
    }
    return memory;
  };

  it('in three windows is left to people, with a warning and without a copy', async () => {
    const memory = await flapping(3, MINUTE);
    expect(findings(memory)).toEqual([
      ['R#1!1', 'resurrected', null, 'alive', 'revoked'],
      ['R#2!2', 'resurrected', null, 'alive', 'revoked'],
      ['R#3!3', 'unconfirmed', 'still-flapping', 'alive', 'revoked'],
    ]);
    expect(memory.enqueued.filter(({ body }) => !body.includes('"look"'))).toHaveLength(2);
    expect(memory.aside).toEqual([]);
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#3' });
  });

  it.each([
    ['still flaps', MINUTE],
    ['does not go for any delete', 10 * MINUTE],
  ])(
    'that %s is acted on again where its request is sent again: it does not get the word of before',
    async (_how, ms) => {
      const memory = await flapping(3, ms);
      const before = memory.published.length;
      memory.clock.forward(1);
      const again = delivered(memory, SELF, { messageId: 'M9', sentAt: memory.clock.now() });
      await revoke(memory.ports, again);
      expect(memory.items.get('request#R request')).toMatchObject({ attempt: 4 });
      expect(memory.published.slice(before).filter(({ receiptId }) => receiptId === 'R#3')).toEqual([]);
    },
  );

  it('after three whole windows is stuck: the provider takes the delete and does not carry it out', async () => {
    const memory = await flapping(3, 10 * MINUTE);
    expect(findings(memory).at(-1)).toEqual(['R#3!3', 'stuck', 'no-effect', 'alive', 'revoked']);
    expect(memory.aside).toMatchObject([{ attributes: { requestId: 'R', attempt: '3', code: 'no-effect' } }]);
    expect(memory.enqueued.filter(({ body }) => !body.includes('"look"'))).toHaveLength(2);
  });
});

describe('a window that cannot confirm', () => {
  it('ends with a warning where no call was accepted and no other key was', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [REFUSED] });
    for (let n = 0; n < 8; n += 1) {
      await revoke(memory.ports, delivered(memory, SELF));
      memory.clock.forward(10 * MINUTE);
    }
    const start = (caseOf(memory).settling?.startedAt ?? NOON) - END;
    await readThrough(memory, start + 10 * MINUTE);
    expect(findings(memory)).toEqual([['R#1!1', 'unconfirmed', 'no-control', 'gone', 'already-revoked']]);
    expect(memory.aside).toEqual([]);
    expect(caseOf(memory)).toMatchObject({ state: 'proved-case' });
  });

  it('ends where the secret was deleted, once the window is over', async () => {
    const memory = await ended(DIES);
    memory.ports.vault = { ...memory.ports.vault, open: async () => ({ found: false, why: 'missing' }) };
    expect(await readThrough(memory, MINUTE)).toEqual(EACH_MINUTE.map((minutes) => minutes * MINUTE));
    expect(findings(memory)).toEqual([['R#1!1', 'unconfirmed', 'credential-missing', 'gone', 'revoked']]);
    expect(caseOf(memory)).not.toHaveProperty('lease');
  });

  it('ends after two more windows where AWS denies the secret, and says what is denied', async () => {
    const memory = await ended(DIES);
    const denied = new Fault('stuck/access-denied', 'AWS denies it');
    memory.ports.vault = { ...memory.ports.vault, open: () => Promise.reject(denied) };
    await readThrough(memory, MINUTE);
    expect(findings(memory)).toEqual([['R#1!1', 'unconfirmed', 'access-denied', 'gone', 'revoked']]);
    expect(memory.published.at(-1)?.message).toContain('AWS denies it');
    expect(caseOf(memory).settling?.finding?.at).toBeGreaterThanOrEqual(memory.clock.now() - MINUTE);
  });

  it('confirms where the secret is granted again in time', async () => {
    const memory = await ended(DIES);
    const { vault } = memory.ports;
    const from = memory.clock.now() + 12 * MINUTE;
    const denied = new Fault('stuck/access-denied', 'AWS denies it');
    memory.ports.vault = {
      ...vault,
      open: (id, version) => (memory.clock.now() < from ? Promise.reject(denied) : vault.open(id, version)),
    };
    await readThrough(memory, MINUTE);
    expect(findings(memory)).toEqual([['R#1!1', 'confirmed', null, 'dead', 'revoked']]);
  });

  it('waits where what the secret holds is no credential', async () => {
    const memory = await ended(DIES);
    memory.ports.vault = { ...memory.ports.vault, open: async () => openedAs('spoilt') };
    expect(await readAt(memory, 10 * MINUTE)).toBe(11 * MINUTE);
    expect(findings(memory)).toEqual([]);
    expect(caseOf(memory).settling).toMatchObject({ lastReadAt: after(END, 10 * MINUTE), absences: 0 });
  });

  it('does not take a secret that is missing before its time for a reading', async () => {
    const memory = await ended(DIES);
    memory.ports.vault = { ...memory.ports.vault, open: async () => ({ found: false, why: 'missing' }) };
    expect(await readAt(memory, MINUTE / 2)).toBe(MINUTE);
    expect(caseOf(memory).settling).not.toHaveProperty('lastReadAt');
  });

  it.each<[string, object, number | undefined, unknown[]]>([
    [
      'says that its managing key is gone, where this system killed that',
      { proved: { at: NOON, deadAt: NOON, endedBy: 'X#1' } },
      undefined,
      [['R#1!1', 'unconfirmed', 'signer-gone', 'gone', 'revoked']],
    ],
    ['waits where its managing key is refused for another reason', {}, 11 * MINUTE, []],
  ])('%s', async (_what, ofSigner, comesAgain, expected) => {
    const refused = answerOf('silent', { means: { end: 'stuck/credential-refused' }, blocksCall: true });
    const memory = await ended({ probe: [LISTED, UNLISTED, UNLISTED, refused], delete: [ACCEPTED] }, MANAGED);
    memory.items.set(`case#kalshi/prod/${KEY} case`, { rev: 1, nonce: '', attempts: {}, ...ofSigner });
    expect(await readAt(memory, MINUTE, MANAGED)).toBe(2 * MINUTE);
    expect(await readAt(memory, 10 * MINUTE, MANAGED)).toBe(comesAgain);
    expect(findings(memory)).toEqual(expected);
  });

  it('asks a silent provider each minute for two windows more', async () => {
    const memory = await ended({ probe: [ALIVE, GONE, GONE, undefined], delete: [ACCEPTED] });
    const read = await readThrough(memory, MINUTE);
    expect(read.slice(0, 11)).toEqual([...EACH_MINUTE, 11].map((minutes) => minutes * MINUTE));
    expect(read.at(-1)).toBe(30 * MINUTE);
    expect(findings(memory)).toEqual([['R#1!1', 'unconfirmed', 'no-answer', 'gone', 'revoked']]);
  });
});

const LISTED = answerOf('listed', { identified: true });
const UNLISTED = answerOf('unlisted');

it('confirms by a list only that the key is off the list', async () => {
  const memory = await ended({ probe: [LISTED, UNLISTED], delete: [ACCEPTED] }, MANAGED);
  await readThrough(memory, MINUTE, MANAGED);
  expect(findings(memory)).toEqual([['R#1!1', 'confirmed', null, 'gone', 'revoked']]);
  expect(memory.published.at(-1)).toMatchObject({
    message:
      'Confirmed gone: off the list over 10 minutes, while another key of the account was accepted. No one could try the key itself',
    proof: { control: 'signer', tried: 'list' },
  });
  expect(caseOf(memory, OTHER)).toMatchObject({ state: 'proved-case' });
});

describe('a key that was seen at two hosts of its provider', () => {
  /** The second host, and a provider that asks where the credential says. */
  const there = {
    prod: { host: 'api.example.com', realm: 'prod' },
    other: { host: 'other.example.com', realm: 'prod' },
  };
  const askingThere = (...names: readonly string[]) => ({
    ...scriptedProvider(({ signer }) => ({
      probes:
        signer.environment === 'other'
          ? names.map((name) => ({ ...questionOf(name), host: there.other.host, questionId: 'there' }))
          : [questionOf('probe')],
    })),
    environments: there,
  });

  const readOnce = async (answer: Answer | undefined, isSeen = true, names = ['there']) => {
    const memory = await ended({ ...DIES, there: [answer] }, SELF, { provider: askingThere(...names) });
    const name = `case#kalshi/prod/${caseOf(memory).keyId} case`;
    const { sightings, ...rest } = caseOf(memory);
    memory.items.set(name, { ...rest, sightings: { ...sightings, ...(isSeen && { there: NOON }) } } as never);
    const before = memory.sent.length;
    await readAt(memory, MINUTE);
    return { memory, sent: memory.sent.slice(before), settling: caseOf(memory).settling };
  };

  it('is asked at both, and its absence counts at both', async () => {
    const { sent, settling } = await readOnce(GONE);
    expect(sent).toEqual(['probe', 'probe', 'probe', 'there']);
    expect(settling).toMatchObject({ absences: 4, notAsked: [] });
    expect(settling?.evidence).toHaveLength(4);
  });

  it('is alive if one of them still accepts it', async () => {
    const { memory } = await readOnce(ALIVE);
    expect(findings(memory)).toEqual([['R#1!1', 'resurrected', null, 'alive', 'revoked']]);
  });

  it('is not held up by a host that gives no verdict, and its receipt names that host', async () => {
    const { memory, settling } = await readOnce(undefined);
    expect(settling).toMatchObject({ absences: 3, notAsked: ['other.example.com'] });
    await readThrough(memory, 2 * MINUTE);
    expect(memory.published.at(-1)).toMatchObject({
      outcome: 'confirmed',
      proof: { notAsked: ['other.example.com'] },
    });
  });

  it('is said once not to be asked at a host that leaves two questions without a verdict', async () => {
    const { sent, settling } = await readOnce(undefined, true, ['there', 'list']);
    expect(sent).toEqual(['probe', 'probe', 'probe', 'there', 'list']);
    expect(settling?.notAsked).toEqual(['other.example.com']);
  });

  it('is not asked at a host where it was never seen', async () =>
    expect((await readOnce(ALIVE, false)).sent).toEqual(['probe', 'probe', 'probe']));
});

describe('several requests for one key', () => {
  const SECOND_ASKED = { ...SELF, requestId: 'S' };

  it('hear of one finding, by the message of the first', async () => {
    const memory = await ended(DIES);
    memory.clock.forward(MINUTE / 2);
    await revoke(memory.ports, delivered(memory, SECOND_ASKED, { messageId: 'M2' }));
    expect(memory.enqueued).toHaveLength(1);
    expect(await readAt(memory, 2 * MINUTE, SECOND_ASKED)).toBeUndefined();
    await readThrough(memory, 2 * MINUTE);
    expect(findings(memory)).toEqual([
      ['R#1!1', 'confirmed', null, 'dead', 'revoked'],
      ['S#1!1', 'confirmed', null, 'dead', 'already-revoked'],
    ]);
  });

  it.each<[string, (items: Memory['items']) => void]>([
    [
      'has gone on to its next attempt',
      (items) =>
        items.set('request#S request', { ...items.get('request#S request'), attempt: 2, receipt: undefined } as never),
    ],
    [
      'has ended its next attempt',
      (items) => items.set('request#S request', { ...items.get('request#S request'), attempt: 2 } as never),
    ],
    ['is lost', (items) => items.delete('request#S request')],
  ])('hear of it, but not one that %s', async (_what, happen) => {
    const memory = await ended(DIES);
    await revoke(memory.ports, delivered(memory, SECOND_ASKED, { messageId: 'M2' }));
    expect(caseOf(memory).settling?.owners).toEqual(['R#1', 'S#1']);
    happen(memory.items);
    await readThrough(memory, MINUTE);
    expect(findings(memory)).toEqual([['R#1!1', 'confirmed', null, 'dead', 'revoked']]);
    expect(caseOf(memory).settling?.owners).toEqual([]);
  });

  it('leave one copy in the stuck queue, that of the first, where the delete has no effect', async () => {
    const memory = await ended({ probe: [ALIVE, GONE, GONE, GONE, GONE, ALIVE], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, SECOND_ASKED, { messageId: 'M2' }));
    const stored = `case#kalshi/prod/${KEY} case`;
    memory.items.set(stored, { ...memory.items.get(stored), broken: { windows: 2, full: 2 } } as never);
    await readAt(memory, 10 * MINUTE);
    expect(findings(memory)).toEqual([
      ['R#1!1', 'stuck', 'no-effect', 'alive', 'revoked'],
      ['S#1!1', 'stuck', 'no-effect', 'alive', 'already-revoked'],
    ]);
    expect(memory.aside.map(({ attributes }) => attributes['requestId'])).toEqual(['R']);
  });

  it('hear of it at once where the key was confirmed before', async () => {
    const memory = await ended(DIES);
    await readThrough(memory, MINUTE);
    memory.clock.forward(MINUTE);
    await revoke(memory.ports, delivered(memory, SECOND_ASKED, { messageId: 'M2' }));
    expect(memory.enqueued.at(-1)).toMatchObject({ delaySeconds: 0, attributes: { requestId: 'S' } });
    const before = memory.sent.length;
    expect(await readAt(memory, 0, SECOND_ASKED)).toBeUndefined();
    expect(memory.sent).toHaveLength(before);
    expect(findings(memory).at(-1)).toEqual(['S#1!1', 'confirmed', null, 'dead', 'already-revoked']);
  });
});

it.each([
  ['without a warning where it is good', DIES, 10 * MINUTE, 'info'],
  ['with a warning where it is not', { probe: [ALIVE, GONE, GONE, ALIVE], delete: [ACCEPTED] }, MINUTE, 'warn'],
] as const)('logs its finding %s', async (_how, script, ms, level) => {
  const memory = await ended(script);
  const told: unknown[] = [];
  memory.ports.log = {
    info: (event) => void told.push(['info', event]),
    warn: (event) => void told.push(['warn', event]),
  };
  await readAt(memory, ms);
  expect(told).toEqual([[level, 'key settled']]);
});

/** Whether the last message that was put on the queue asks for a reading, and of which request. */
const readingOf = ({ enqueued }: Memory): string | undefined => {
  const { look, requestId } = JSON.parse(enqueued.at(-1)?.body ?? '{}');
  return look === true ? requestId : undefined;
};

describe('an end that was broken off', () => {
  const ASKED_SECOND = { ...SELF, requestId: 'S' };

  it('before its receipt was written hears of a finding that comes meanwhile', async () => {
    for (let step = 1; step < 60; step += 1) {
      const memory = await ended(DIES);
      memory.clock.forward(MINUTE / 2);
      memory.fail(step, 'before', new Unavailable('down'));
      await revoke(memory.ports, delivered(memory, ASKED_SECOND, { messageId: 'M2' }));
      const isBeyond = memory.steps.length < step;
      memory.fail();
      await readThrough(memory, 10 * MINUTE);
      memory.clock.forward(MINUTE);
      await revoke(memory.ports, delivered(memory, ASKED_SECOND, { messageId: 'M2' }));
      if (readingOf(memory) === 'S') await readAt(memory, 0, ASKED_SECOND);
      const told = findings(memory).map(([receiptId, outcome]) => [receiptId, outcome]);
      expect(told).toEqual([
        ['R#1!1', 'confirmed'],
        ['S#1!1', 'confirmed'],
      ]);
      if (isBeyond) return;
    }
    expect.unreachable('A delivery has fewer steps');
  });

  it('by its own next attempt has the readings made for that one', async () => {
    let isSeen = true;
    const probe = [() => (isSeen ? ALIVE : GONE)];
    const remove = [
      () => {
        isSeen = false;
        return ACCEPTED;
      },
    ];
    for (let step = 1; step < 40; step += 1) {
      isSeen = true;
      const memory = await ended({ probe, delete: remove });
      isSeen = true;
      memory.fail(step, 'after', new Unavailable('down'));
      const again = await readAt(memory, MINUTE);
      const isBeyond = memory.steps.length < step;
      memory.fail();
      memory.clock.forward(40 * SECOND);
      if (readingOf(memory) !== undefined) await readAt(memory, again ?? 0);
      await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2', attempt: 2 }));
      if (again !== undefined) await readAt(memory, again);
      expect(readingOf(memory)).toBe('R');
      await readThrough(memory, (caseOf(memory).settling?.nextAt ?? END) - END);
      expect(
        findings(memory)
          .map(([receiptId, outcome]) => [receiptId, outcome])
          .at(-1),
      ).toEqual(['R#2!2', 'confirmed']);
      if (isBeyond) return;
    }
    expect.unreachable('A reading has fewer steps');
  });
});

const OF_ACCOUNT = answerOf('alive', { facts: { sameAccount: 'yes' } });

/** With a control key that answers `control`. */
const controlled = (script: Script, plan?: Parameters<typeof scriptedProvider>[0]) => {
  const arn = 'key-revoker/control';
  const provider = { ...scriptedProvider(plan), control: () => questionOf('control', 'control') };
  const desk = openedAs(JSON.stringify({ keyId: KEY }));
  const control = openedAs(JSON.stringify({ keyId: OTHER }), { arn, name: arn });
  const memory = system(script, { provider, secrets: { 'key-revoker/desk': desk, [desk.arn]: desk, [arn]: control } });
  memory.items.set('sweep#controls kalshi', { rev: 1, nonce: '', arns: [arn] } as never);
  return memory;
};

describe('a key that is refused without a word of the provider’s own', () => {
  const BARE = answerOf('refused', { code: 'HTTP 401' });
  const REFUSED_TOO = answerOf('silent', { means: { wait: 'unrecognised' } });

  const besideControl = (script: Script) => controlled({ ...DIES, probe: [ALIVE, BARE], ...script });

  it('is gone and dead while another key of its account is accepted', async () => {
    const memory = besideControl({ control: [OF_ACCOUNT] });
    expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
    expect(memory.published.at(-1)).toMatchObject({
      outcome: 'revoked',
      proof: { basis: 'accepted', control: 'key', tried: 'key', absences: 2 },
    });
    await readThrough(memory, MINUTE);
    expect(findings(memory)).toEqual([['R#1!1', 'confirmed', null, 'dead', 'revoked']]);
  });

  it.each([
    ['is refused alike', [REFUSED_TOO]],
    ['is not answered', [undefined]],
    ['is of nobody knows which account', [ALIVE]],
  ])('is never called gone while the other key %s', async (_what, control) => {
    const memory = besideControl({ control });
    for (let hours = 0; hours < 30; hours += 1) {
      await revoke(memory.ports, delivered(memory, SELF, { receiveCount: hours + 1 }));
      memory.clock.forward(60 * MINUTE);
    }
    expect(memory.published.map(({ keyState }) => keyState)).not.toContain('gone');
    expect(memory.published.at(-1)).toMatchObject({ outcome: 'stuck', code: 'unproven', final: true });
  });

  it('that was deleted by hand is found gone after one delete', async () => {
    const memory = besideControl({ probe: [ALIVE, BARE], delete: [REFUSED], control: [OF_ACCOUNT] });
    await revoke(memory.ports, delivered(memory, { ...SELF, dryRun: true, requestId: 'P' }));
    await revoke(memory.ports, delivered(memory, SELF));
    expect(memory.published.at(-1)).toMatchObject({
      outcome: 'already-revoked',
      proof: { basis: 'call-unknown', control: 'key' },
    });
    expect(memory.sent.filter((asked) => asked === 'delete')).toHaveLength(1);
  });

  it('is not confirmed where the other key is no longer accepted', async () => {
    const memory = besideControl({ control: [OF_ACCOUNT, OF_ACCOUNT, REFUSED_TOO] });
    await revoke(memory.ports, delivered(memory, SELF));
    await readThrough(memory, MINUTE);
    expect(findings(memory)).toEqual([['R#1!1', 'unconfirmed', 'no-answer', 'gone', 'revoked']]);
  });
});

it('starts its window again where another request sees the key meanwhile', async () => {
  const memory = await ended({ probe: [ALIVE, GONE, GONE, ALIVE, GONE], delete: [ACCEPTED] });
  memory.clock.forward(5 * MINUTE);
  await revoke(memory.ports, delivered(memory, { ...SELF, requestId: 'S' }, { messageId: 'M2' }));
  const start = caseOf(memory).settling?.startedAt ?? END;
  expect(start - END).toBeGreaterThan(5 * MINUTE);
  const read = await readThrough(memory, 10 * MINUTE);
  expect(read.at(-1)).toBe(start - END + 10 * MINUTE);
  expect(
    findings(memory)
      .slice(1)
      .map(([receiptId, outcome]) => [receiptId, outcome]),
  ).toEqual([
    ['R#1!2', 'confirmed'],
    ['S#1!2', 'confirmed'],
  ]);
});

describe('a restriction', () => {
  const asAsked = answerOf('alive', { identified: true, record: { readOnly: 1 } });
  const wider = answerOf('alive', { identified: true, record: { readOnly: 0 } });
  const call: Restriction = {
    call: () => deleteCall({ target: { self: true } as never }),
    reach: ({ readOnly }) => (['wider', 'as-asked', 'web-only'] as const)[Number(readOnly)] ?? expect.fail(),
    narrower: (a) => a,
  };
  const given = { provider: scriptedProvider(() => ({ call })) };

  it('that holds is confirmed, of a key that lives', async () => {
    const memory = await ended({ probe: [wider, wider, asAsked], delete: [ACCEPTED] }, SELF, given);
    expect(caseOf(memory)).toMatchObject({ state: 'settling-case' });
    await readThrough(memory, MINUTE);
    expect(findings(memory)).toEqual([['R#1!1', 'confirmed', null, 'alive', 'restricted']]);
    expect(memory.published.at(-1)?.message).toBe(
      'Confirmed restricted: every reading over 10 minutes showed what was asked for',
    );
    expect(caseOf(memory)).toMatchObject({
      state: 'restricted-case',
      restrictedBy: 'R#1',
      at: after(END, 10 * MINUTE + 2 * SECOND),
    });
  });

  it('of a key that nobody knows any more is not confirmed: that the key lives cannot be said', async () => {
    const memory = await ended({ probe: [wider, wider, asAsked, asAsked, GONE], delete: [ACCEPTED] }, SELF, given);
    await readThrough(memory, MINUTE);
    expect(findings(memory)).toEqual([['R#1!1', 'unconfirmed', 'no-answer', 'alive', 'restricted']]);
    expect(caseOf(memory)).toMatchObject({ state: 'restricted-case', restrictedBy: 'R#1' });
  });

  it.each([
    ['accepted', OF_ACCOUNT],
    ['not accepted', answerOf('silent', { means: { wait: 'unrecognised' } })],
  ])('of a key that nobody knows any more asks its control key once in a reading: %s', async (_what, answer) => {
    const probe = [wider, wider, asAsked, asAsked, GONE];
    const memory = controlled({ probe, delete: [ACCEPTED], control: [answer] }, () => ({ call }));
    await revoke(memory.ports, delivered(memory, SELF));
    const asks = (): number => memory.sent.filter((asked) => asked === 'control').length;
    const before = asks();
    await readAt(memory, 2 * MINUTE);
    expect(asks() - before).toBe(1);
    expect(caseOf(memory).settling?.evidence.filter(({ as }) => as === 'control')).toHaveLength(1);
  });

  it('of a key that does not work is not confirmed by its absence', async () => {
    const unusable = answerOf('unusable');
    const memory = await ended({ probe: [wider, wider, asAsked, asAsked, unusable], delete: [ACCEPTED] }, SELF, given);
    await readAt(memory, 2 * MINUTE);
    expect(caseOf(memory).settling).toMatchObject({ absences: 0, connections: 0, triedKey: false });
    expect(caseOf(memory).settling).toHaveProperty('lastReadAt');
  });

  it('of which only the web console can do the rest is taken back as well', async () => {
    const webOnly = answerOf('alive', { identified: true, record: { readOnly: 2 as never } });
    const memory = await ended({ probe: [wider, wider, asAsked, asAsked, webOnly], delete: [ACCEPTED] }, SELF, given);
    await readAt(memory, 2 * MINUTE);
    expect(findings(memory)).toEqual([['R#1!1', 'widened', null, 'alive', 'restricted']]);
  });

  it('of a key that was gone is taken back where the key is there again, as narrow as it may be', async () => {
    const memory = await ended({ probe: [ALIVE, GONE], delete: [ACCEPTED] }, SELF);
    await readThrough(memory, MINUTE);
    const update = system({ probe: [asAsked] }, given);
    for (const [key, item] of memory.items) if (key.startsWith('case#')) update.items.set(key, item);
    const proved = caseOf(update);
    const settling = proved.settling && { ...proved.settling, owners: ['R#1'], finding: undefined };
    update.items.set(`case#kalshi/prod/${proved.keyId} case`, { ...proved, settling, state: 'settling-case' } as never);
    for (const [key, item] of memory.items) if (key.startsWith('request#')) update.items.set(key, item);
    await readAt(update, 11 * MINUTE);
    expect(findings(update)).toEqual([['R#1!2', 'resurrected', null, 'alive', 'revoked']]);
  });

  it('that does not hold is reported, and asked for again', async () => {
    const memory = await ended({ probe: [wider, wider, asAsked, asAsked, wider], delete: [ACCEPTED] }, SELF, given);
    await readAt(memory, 2 * MINUTE);
    expect(findings(memory)).toEqual([['R#1!1', 'widened', null, 'alive', 'restricted']]);
    expect(memory.enqueued.at(-1)).toMatchObject({ attributes: { attempt: '2' } });
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#1' });
    expect(caseOf(memory)).not.toHaveProperty('restrictedBy');
  });
});

describe.each(['before', 'after'] as const)('a reading that fails %s a step', (when) => {
  it.each([
    ['confirms', DIES, 10 * MINUTE, ['R#1!1', 'confirmed', null, 'dead', 'revoked']],
    [
      'withdraws',
      { probe: [ALIVE, GONE, GONE, ALIVE], delete: [ACCEPTED] },
      MINUTE,
      ['R#1!1', 'resurrected', null, 'alive', 'revoked'],
    ],
  ])('%s once, whichever step it was', async (_what, script, ms, finding) => {
    for (let step = 1; step < 40; step += 1) {
      const memory = await ended(script);
      memory.fail(step, when, new Unavailable('down'));
      const said = await readAt(memory, ms);
      const isBeyond = memory.steps.length < step;
      memory.fail();
      if (said !== undefined) await readAt(memory, ms + MINUTE);
      // Once it is told, a message that comes again looks at an open case.
      const found = findings(memory).filter(([, , , , confirms]) => confirms !== null);
      expect(new Set(found.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify(finding)]));
      const told = memory.published.filter(({ confirms }) => confirms !== null);
      expect(new Set(told.map((receipt) => JSON.stringify(receipt))).size).toBe(1);
      if (isBeyond) return;
    }
    expect.unreachable('A reading has fewer steps');
  });
});

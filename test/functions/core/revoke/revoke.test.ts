import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../../functions/core/answer.ts';
import { after, type EpochMs, epochMs } from '../../../../functions/core/epoch.ts';
import { Fault, LeaseLost, Unavailable } from '../../../../functions/core/fault.ts';
import type { RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import type { Receipt } from '../../../../functions/core/receipt.ts';
import { marksIn } from '../../../../functions/core/request/marks.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import { provedAt } from '../../../proved-at.ts';
import { Crash, changeItem, type Given, type Memory, openedAs } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { questionOf, scriptedProvider, withoutSlot } from '../scripted-provider.ts';
import {
  ACCEPTED,
  ALIVE,
  caseOf,
  copied,
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

it('probes, calls and proves', async () => {
  const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
  expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
  expect(memory.sent).toEqual(['probe', 'delete', 'probe', 'probe']);
  expect(memory.published).toMatchObject([
    { receiptId: 'R#1', outcome: 'revoked', keyState: 'gone', calls: 1, timeToRevokeMs: 0 },
  ]);
  expect(memory.published.map(provedAt)).toEqual([after(NOON, 2_000)]);
  expect(memory.aside).toEqual([]);
  expect(caseOf(memory)).toMatchObject({ state: 'settling-case', proved: { endedBy: 'R#1' } });
  expect(caseOf(memory).attempts).toEqual({});
  expect(caseOf(memory)).not.toHaveProperty('lease');
});

/** The message that was put on a queue last, as SQS delivers it there. */
const deliveredCopy = (memory: Memory, messageId = 'M2') => {
  const { body = '', attributes = {}, lane } = memory.enqueued.at(-1) ?? {};
  const sentAt = memory.clock.now();
  const marks = marksIn((name) => attributes[name]);
  return delivered(memory, JSON.parse(body), { messageId, sender: 'AROAOWNROLE:revoke', sentAt, lane, ...marks });
};

describe('an urgent request that came by another lane', () => {
  const SENT = { lane: 'requests', sender: 'AROADESK:alex' } as const;
  const { requestId: _, ...UNNAMED } = { ...SELF, ...LEAKED };
  /** The credential cannot be opened at first. */
  const delayed = (given: Given = {}, downMs = 1_000): Memory => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] }, given);
    const { vault } = memory.ports;
    const open: typeof vault.open = async (...of) => {
      if (memory.clock.now() < after(NOON, downMs)) throw new Unavailable('down');
      return vault.open(...of);
    };
    memory.ports.vault = { ...vault, open };
    return memory;
  };

  it('is carried out where it was delivered', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    expect(await revoke(memory.ports, delivered(memory, UNNAMED, SENT))).toEqual({ done: true });
    expect(memory.published).toMatchObject([{ outcome: 'revoked' }]);
    expect(memory.enqueued.map(({ lane }) => lane)).toEqual(['rechecks']);
  });

  it('goes to its own lane once it has to wait, as the request that it is', async () => {
    const memory = delayed();
    expect(await revoke(memory.ports, delivered(memory, UNNAMED, SENT))).toEqual({ done: true });
    expect(memory.published).toEqual([]);
    expect(memory.enqueued).toMatchObject([{ lane: 'urgent', attributes: copied('M', 1) }]);
    memory.clock.forward(30_000);
    expect(await revoke(memory.ports, deliveredCopy(memory))).toEqual({ done: true });
    expect(memory.published).toMatchObject([
      {
        receiptId: 'M#1',
        outcome: 'revoked',
        request: { sender: 'AROADESK:alex' },
        times: { dueAt: '2026-11-21T12:00:00.000Z', receivedAt: '2026-11-21T12:00:00.000Z' },
      },
    ]);
  });

  it('stays on its own lane from there', async () => {
    const memory = delayed({}, 60_000);
    await revoke(memory.ports, delivered(memory, UNNAMED, SENT));
    memory.clock.forward(30_000);
    expect(await revoke(memory.ports, deliveredCopy(memory))).toMatchObject({ done: false, code: 'aws-down' });
    expect(memory.enqueued).toHaveLength(1);
  });

  it('is a plan there as well', async () => {
    const memory = delayed({ config: { mode: 'observe' } });
    await revoke(memory.ports, delivered(memory, UNNAMED, SENT));
    expect(memory.enqueued).toMatchObject([{ lane: 'urgent' }]);
    memory.clock.forward(30_000);
    await revoke(memory.ports, deliveredCopy(memory));
    expect(memory.published).toMatchObject([{ receiptId: 'M#plan#1', outcome: 'planned' }]);
  });

  it('stays where it is as long as the ledger does not know it', async () => {
    const memory = system({});
    const write = async (): Promise<never> => {
      throw new Unavailable('down');
    };
    memory.ports.ledger = { ...memory.ports.ledger, write };
    const disposition = await revoke(memory.ports, delivered(memory, UNNAMED, SENT));
    expect([disposition, memory.enqueued]).toMatchObject([{ done: false, code: 'aws-down' }, []]);
  });
});

it('answers the same request again without a word', async () => {
  const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
  await revoke(memory.ports, delivered(memory, SELF));
  memory.fail();
  expect(await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2' }))).toEqual({ done: true });
  expect([memory.sent.length, memory.published.length]).toEqual([4, 1]);
  // The pause. The secret is open and the case is read before it is known that the request is there already. It, its case, and the
  // request once more: nothing is left to do.
  expect(memory.steps).toEqual(['read', 'open', 'write request', 'read', 'read', 'read', 'read']);
});

it('leaves the key that another delivery has pinned, where the secret was rotated between the two', async () => {
  const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
  const { vault } = memory.ports;
  const rotated = openedAs(JSON.stringify({ keyId: OTHER }), { versionId: 'v2' });
  let others: Promise<unknown> | undefined;
  const paused: Memory['ports'] = {
    ...memory.ports,
    vault: {
      ...vault,
      // It has opened the old version; before it continues, another delivery opens the new one and carries the request out.
      open: async (id, version) => {
        const old = await vault.open(id, version);
        const next = { ...memory.ports, vault: { ...vault, open: () => Promise.resolve(rotated) } };
        others ??= revoke(next, delivered(memory, SELF, { messageId: 'M2' }));
        await others;
        return old;
      },
    },
  };
  const verdict = await revoke(paused, delivered(memory, SELF));
  expect(verdict).toMatchObject({ done: false, code: 'in-progress' });
  expect(memory.sent).toEqual(['probe', 'delete', 'probe', 'probe']);
  expect(memory.published.map(({ receiptId, key }) => [receiptId, key?.id])).toEqual([['R#1', '0000…0001']]);
});

it('ends nothing for want of a secret that another delivery has opened meanwhile', async () => {
  const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
  const { vault } = memory.ports;
  let isOpened = false;
  const late: Memory['ports'] = {
    ...memory.ports,
    vault: {
      ...vault,
      // Another delivery opens it and pins what it found; when this one looks, it is gone.
      open: async () => {
        if (!isOpened) await revoke(unanswered, delivered(memory, SELF, { messageId: 'M2' }));
        isOpened = true;
        return { found: false, why: 'missing' };
      },
    },
  };
  const unanswered: Memory['ports'] = { ...memory.ports, send: async () => undefined };
  expect(await revoke(late, delivered(memory, SELF))).toMatchObject({ done: false, code: 'in-progress' });
  expect(memory.published).toEqual([]);
  expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
  expect(memory.published).toMatchObject([{ outcome: 'revoked', calls: 1 }]);
});

it('makes no call for a request that another delivery has ended meanwhile', async () => {
  const memory = system({
    probe: [undefined, answerOf('silent', { means: { end: 'stuck/ip-not-allowed' }, blocksCall: true }), ALIVE],
    delete: [ACCEPTED],
  });
  await revoke(memory.ports, delivered(memory, SELF));
  const { vault } = memory.ports;
  let others: Promise<unknown> | undefined;
  const open: typeof vault.open = async (id, version) => {
    others ??= revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2' }));
    await others;
    return vault.open(id, version);
  };
  const paused = { ...memory.ports, vault: { ...vault, open } };
  expect(await revoke(paused, delivered(memory, SELF))).toMatchObject({ done: false, code: 'in-progress' });
  expect(memory.sent).toEqual(['probe', 'probe']);
  expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'ip-not-allowed', calls: 0 }]);
});

it('ends nothing again for want of a secret that was removed once another delivery had ended it', async () => {
  const memory = system({ probe: [undefined, ALIVE, GONE], delete: [ACCEPTED] });
  await revoke(memory.ports, delivered(memory, SELF));
  let atTheEnd: unknown;
  const open = async () => {
    await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2' }));
    atTheEnd = caseOf(memory);
    return { found: false, why: 'missing' } as const;
  };
  const late = { ...memory.ports, vault: { ...memory.ports.vault, open } };
  expect(await revoke(late, delivered(memory, SELF))).toMatchObject({ done: false, code: 'in-progress' });
  expect(memory.published).toMatchObject([{ outcome: 'revoked', calls: 1 }]);
  expect({ ...caseOf(memory), lease: undefined, rev: 0, nonce: '' }).toEqual({
    ...(atTheEnd as object),
    lease: undefined,
    rev: 0,
    nonce: '',
  });
});

describe('between deliveries', () => {
  it('keeps what it has pinned, and does not write it again', async () => {
    const memory = system({ probe: [undefined] });
    await revoke(memory.ports, delivered(memory, SELF));
    const pinned = memory.items.get('request#R request');
    await revoke(memory.ports, delivered(memory, SELF));
    expect(memory.items.get('request#R request')).toEqual(pinned);
  });

  it('backs off while a proof is awaited', async () => {
    const memory = system({ probe: [ALIVE, undefined], delete: [undefined] });
    const verdict = await revoke(memory.ports, delivered(memory, SELF, { receiveCount: 7 }));
    expect(verdict).toEqual({ done: false, code: 'no-reply', notBefore: after(memory.clock.now(), 96_000) });
  });

  it('comes back when the provider says', async () => {
    const reset = after(NOON, 120_000);
    const memory = system({ probe: [answerOf('silent', { means: { wait: 'rate-limited', notBefore: reset } })] });
    expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({
      done: false,
      code: 'rate-limited',
      notBefore: after(reset, 90_000),
    });
  });
});

it('proves no death by two absences between which the key lived, while another question had to wait', async () => {
  const UNLISTED = answerOf('unlisted');
  const LISTED = answerOf('listed', { identified: true });
  const memory = system({ probe: [ALIVE, GONE, ALIVE, GONE], list: [LISTED, UNLISTED], delete: [ACCEPTED] });
  let lists = 0;
  const list = questionOf('list');
  const waiting: typeof list = {
    ...list,
    next: (replies, now) => {
      if (replies.length === 0) lists += 1;
      // It is made once more before the first round, to learn its rate.
      return (lists === 4 ? withoutSlot('list') : list).next(replies, now);
    },
  };
  memory.ports.providers = { kalshi: scriptedProvider(() => ({ probes: [questionOf('probe'), waiting] })) };
  expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'rate-limited' });
  expect(caseOf(memory).attempts['R#1']).not.toHaveProperty('agreed');
  expect(caseOf(memory).attempts['R#1']).not.toHaveProperty('absentSince');
  expect(caseOf(memory).attempts['R#1']?.evidence.at(-1)).toMatchObject({ asked: 'probe', saw: 'alive' });
});

it('says nothing of the siblings before there was time to ask there', async () => {
  const provider = scriptedProvider(() => ({ siblings: [['demo', questionOf('elsewhere')]] }));
  const slow = () => {
    memory.clock.forward(21_000);
    return GONE;
  };
  const memory = system({ probe: [slow, GONE], elsewhere: [ALIVE] }, { provider });
  expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'not-yet-proved' });
  expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
  expect(memory.sent).toEqual(['probe', 'probe', 'elsewhere']);
  expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'wrong-environment' }]);
});

describe('a key that is refused as unknown, as in an outage', () => {
  const MINUTE = 60_000;
  const REFUSED = answerOf('rejected', { code: 'NOT_FOUND' });
  const SINCE = 'the provider has not known the key since 2026-11-21T12:00:00.000Z';

  /** Deliveries, each ten minutes after the one before, until the request is over. @returns how many there were */
  const untilOver = async (memory: Memory, body: object = SELF): Promise<number> => {
    for (let count = 1; ; count += 1) {
      const verdict = await revoke(memory.ports, delivered(memory, body));
      if (verdict.done) return count;
      expect([verdict.code, memory.published.filter(({ final }) => final)]).toEqual(['not-yet-proved', []]);
      memory.clock.forward(10 * MINUTE);
    }
  };

  it.each<[string, Script['delete'], string]>([
    ['was lost', [undefined, REFUSED], 'revoked'],
    ['was refused', [REFUSED], 'already-revoked'],
  ])(
    'is deleted again with each delivery, and dead after an hour: its first delete %s',
    async (_how, calls, outcome) => {
      const memory = system({ probe: [ALIVE, GONE], ...(calls && { delete: calls }) });
      expect(await untilOver(memory)).toBe(7);
      expect(memory.published).toMatchObject([{ outcome, keyState: 'gone', calls: 7 }]);
      expect(memory.published.map(provedAt)).toEqual([after(NOON, 60 * MINUTE + 2_000)]);
      expect(memory.sent.filter((asked) => asked === 'delete')).toHaveLength(7);
    },
  );

  it('is deleted within seconds when the outage is over, and never called dead before', async () => {
    const over = after(NOON, 35 * MINUTE);
    let deletedAt: EpochMs | undefined;
    const probe = (now: EpochMs) => (now < over || deletedAt !== undefined ? GONE : ALIVE);
    const remove = (now: EpochMs) => {
      if (now < over) return REFUSED;
      deletedAt = now;
      return ACCEPTED;
    };
    const memory = system({ probe: [ALIVE, probe], delete: [remove] });
    expect(await untilOver(memory)).toBe(5);
    expect(memory.published).toMatchObject([{ outcome: 'revoked', calls: 5 }]);
    expect(deletedAt).toBe(after(NOON, 40 * MINUTE + 6_000));
    expect(memory.published.map(provedAt)).toEqual([after(NOON, 40 * MINUTE + 8_000)]);
  });

  it('is said to be so while an urgent request waits', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [REFUSED] });
    await untilOver(memory, { ...SELF, ...LEAKED });
    const [interim] = memory.published;
    expect(interim).toMatchObject({ receiptId: 'R#1~1', outcome: 'retry', code: 'not-yet-proved', final: false });
    expect(interim?.message).toContain(SINCE);
    expect(memory.published.at(-1)).toMatchObject({ outcome: 'already-revoked' });
    expect(memory.published.at(-1)?.message).toContain(`T${SINCE.slice(1)}`);
  });

  it('takes one place in each hour of the limit for all of its deletes', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [REFUSED] }, { config: { limits: { urgent: 0, other: 1 } } });
    expect(await untilOver(memory)).toBe(7);
    expect(memory.published).toMatchObject([{ outcome: 'already-revoked', calls: 7 }]);
  });

  it('is counted from the start where nobody has looked at it for long', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [REFUSED] });
    expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false });
    memory.clock.forward(120 * MINUTE);
    expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'not-yet-proved' });
    expect(caseOf(memory).attempts['R#1']).toMatchObject({ absentSince: after(NOON, 120 * MINUTE) });
    memory.clock.forward(10 * MINUTE);
    expect(await untilOver(memory)).toBe(6);
  });
});

describe('a call that could not leave', () => {
  const slow = (memory: () => Memory, answer: Answer | undefined) => () => {
    memory().clock.forward(4_000);
    return answer;
  };

  it('is not counted where too little is left of the lease', async () => {
    const script: Script = {
      probe: [slow(() => memory, undefined), slow(() => memory, undefined), slow(() => memory, undefined)],
      delete: [ACCEPTED],
    };
    const memory = system(script);
    const late = { ...delivered(memory, { ...SELF, ...LEAKED }), deadline: after(NOON, 17_000) };
    expect(await revoke(memory.ports, late)).toMatchObject({ done: false });
    expect(memory.sent).not.toContain('delete');
    expect(caseOf(memory).attempts['R#1']).toMatchObject({ calls: 0 });
  });

  it('goes out in the next delivery', async () => {
    const script: Script = { probe: [slow(() => memory, undefined)], delete: [ACCEPTED] };
    const memory = system(script);
    await revoke(memory.ports, { ...delivered(memory, { ...SELF, ...LEAKED }), deadline: after(NOON, 17_000) });
    await revoke(memory.ports, delivered(memory, { ...SELF, ...LEAKED }));
    expect(memory.sent).toContain('delete');
  });
});

describe('a call that was not executed', () => {
  it('is made again for a key that nobody had seen', async () => {
    const limited = answerOf('rejected', { means: { wait: 'rate-limited' } });
    const memory = system({ probe: [answerOf('unlisted')], delete: [limited, ACCEPTED] });
    expect(await revoke(memory.ports, delivered(memory, MANAGED))).toMatchObject({ done: false, code: 'rate-limited' });
    await revoke(memory.ports, delivered(memory, MANAGED));
    expect(memory.sent.filter((asked) => asked === 'delete')).toHaveLength(2);
    expect(memory.published.at(-1)).toMatchObject({ outcome: 'revoked', calls: 2 });
  });

  it('is made again by the provider’s clock, within the delivery', async () => {
    const off = answerOf('rejected', { means: { wait: 'clock-skew' }, serverTime: epochMs(NOON + 90_000) });
    const memory = system({ probe: [ALIVE, ALIVE, GONE], delete: [off, ACCEPTED] });
    await revoke(memory.ports, delivered(memory, SELF));
    expect(memory.sent.slice(0, 3)).toEqual(['probe', 'delete', 'delete']);
  });
});

it('publishes an end that is in its case already, though its credential is gone', async () => {
  const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
  const { ledger, vault } = memory.ports;
  const write: typeof ledger.write = async (key, item) => {
    if (key.sk === 'request' && 'receipt' in item && item.receipt) throw new Crash('gone');
    return ledger.write(key, item);
  };
  memory.ports.ledger = { ...ledger, write };
  await expect(revoke(memory.ports, delivered(memory, SELF))).rejects.toThrow('gone');
  memory.ports.ledger = ledger;
  memory.ports.vault = { ...vault, open: async () => ({ found: false, why: 'missing' }) };
  expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
  expect(memory.sent).toHaveLength(4);
  expect(memory.published).toMatchObject([{ outcome: 'revoked', calls: 1 }]);
});

describe('a credential that AWS denies', () => {
  const DENIED = new Fault('stuck/access-denied', 'AWS denies kms:Decrypt on alias/desk');

  /** Delivers each five minutes until nothing is left. The secret is denied at first. */
  const through = async (memory: Memory, order: object, deniedMinutes: number): Promise<void> => {
    const { vault } = memory.ports;
    const until = memory.clock.now() + deniedMinutes * 60_000;
    const isDenied = (): boolean => memory.clock.now() < until;
    memory.ports.vault = {
      ...vault,
      open: (id, version) => (isDenied() ? Promise.reject(DENIED) : vault.open(id, version)),
    };
    for (let n = 0; n < 30; n += 1) {
      if ((await revoke(memory.ports, delivered(memory, order))).done) return;
      memory.clock.forward(5 * 60_000);
    }
  };
  const said = ({ published }: Memory) => published.map(({ outcome, code }) => [outcome, code].join('/'));

  it.each([
    ['15 minutes for an urgent request', { ...SELF, reason: 'leaked' }, 15],
    ['an hour for any other', SELF, 60],
  ])('is told at once, and ends the request after %s', async (_what, order, minutes) => {
    const memory = system({});
    const since = memory.clock.now();
    await through(memory, order, 1_000);
    const [first, ...more] = memory.published;
    expect(first).toMatchObject({ outcome: 'retry', code: 'refused-for-now', wouldEnd: 'stuck/access-denied' });
    expect(first?.message).toMatch(
      /AWS denies kms:Decrypt on alias\/desk\. AWS takes some minutes to apply a new grant\. /,
    );
    expect(more.at(-1)).toMatchObject({ outcome: 'stuck', code: 'access-denied', calls: 0, final: true });
    expect(more.at(-1)?.message).toContain('AWS denies kms:Decrypt on alias/desk');
    expect(memory.clock.now() - since).toBe(minutes * 60_000);
    expect(memory.sent).toEqual([]);
  });

  it('is opened once a grant has come, and the key dies', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    await through(memory, { ...SELF, reason: 'leaked' }, 7);
    expect(said(memory)).toEqual(['retry/refused-for-now', 'revoked/']);
  });

  it('is said at once by a plan', async () => {
    const memory = system({});
    await through(memory, { ...SELF, dryRun: true }, 1_000);
    expect(said(memory)).toEqual(['stuck/access-denied']);
    expect(memory.published[0]?.message).toContain('AWS denies kms:Decrypt on alias/desk. AWS takes some minutes');
    expect(memory.aside).toEqual([]);
  });
});

describe('a credential that is missing', () => {
  const missing = (memory: Memory) => {
    memory.ports.vault = { ...memory.ports.vault, open: async () => ({ found: false, why: 'missing' }) };
  };

  it('ends a request that knows of no key, and touches no case', async () => {
    const memory = system({});
    missing(memory);
    expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'credential-missing' }]);
    expect([...memory.items.keys()]).toEqual(['request#R request']);
  });

  it('ends a plan, and touches no case', async () => {
    const memory = system({ probe: [answerOf('silent', { means: { wait: 'rate-limited' } })] });
    const plan = { ...SELF, dryRun: true };
    memory.ports.send = () => Promise.reject(new Unavailable('Cannot send'));
    await revoke(memory.ports, delivered(memory, plan));
    missing(memory);
    expect(await revoke(memory.ports, delivered(memory, plan))).toEqual({ done: true });
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'credential-missing', dryRun: true }]);
    expect([...memory.items.keys()]).toEqual(['request#R#plan request']);
  });

  it('ends a request in its key’s case, where a call may have left', async () => {
    const memory = system({ probe: [ALIVE, undefined], delete: [undefined] });
    await revoke(memory.ports, delivered(memory, SELF));
    missing(memory);
    expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'credential-missing', calls: 1 }]);
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#1' });
    expect(caseOf(memory).attempts).toEqual({});
    expect([...memory.items.keys()].filter((key) => key.startsWith('case#'))).toHaveLength(1);
  });
});

describe('a refusal that cannot be written down', () => {
  const CASE = `case#kalshi/prod/${KEY} case`;
  const lose = (memory: Memory) => {
    const lease = { holder: 'else', until: after(memory.clock.now(), 25_000) };
    changeItem(memory, CASE, { lease });
  };
  const fail = () => {
    throw new Unavailable('Cannot write');
  };

  it.each<[string, (memory: Memory) => void, string, unknown[]]>([
    ['since another delivery has taken the case', lose, 'in-progress', []],
    [
      'since the ledger does not answer',
      fail,
      'aws-down',
      [['aws did not answer', { requestId: 'R', problem: 'Cannot write' }]],
    ],
  ])('%s comes again, and an urgent request says so', async (_what, spoil, code, said) => {
    const memory = system({ probe: [undefined] });
    const urgent = { ...SELF, ...LEAKED };
    memory.ports.send = () => Promise.reject(new Unavailable('Cannot send'));
    await revoke(memory.ports, delivered(memory, urgent));
    memory.clock.forward(60_000);
    memory.lines.length = 0;
    const { ledger, config } = memory.ports;
    const write: typeof ledger.write = async (key, item) => {
      const written = await ledger.write(key, item);
      // The lease is taken; the end would be next.
      if (key.sk === 'case') spoil(memory);
      return written;
    };
    const ports = { ...memory.ports, ledger: { ...ledger, write }, config: { ...config, providers: [] } };
    expect(await revoke(ports, delivered(memory, urgent))).toMatchObject({ done: false, code });
    expect(memory.published).toMatchObject([{ receiptId: 'R#1~1', code }]);
    expect(memory.lines.filter(([event]) => event === 'aws did not answer')).toEqual(said);
  });
});

it('waits where another delivery has taken the case from it', async () => {
  const memory = system({ probe: [ALIVE] });
  const { send } = memory.ports;
  memory.ports.send = async (call, until) => {
    const lease = { holder: 'else', until: after(memory.clock.now(), 25_000) };
    changeItem(memory, `case#kalshi/prod/${KEY} case`, { lease });
    return send(call, until);
  };
  expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'in-progress' });
  expect(caseOf(memory).lease).toMatchObject({ holder: 'else' });
});

/** The ledger does not answer the next so many reads of the request, from the moment on that `isDown` is called. */
const failing = ({ ports }: Memory, times: number) => {
  const { ledger } = ports;
  let left = 0;
  const read = ((key) => {
    if (left === 0 || key.sk !== 'request') return ledger.read(key);
    left -= 1;
    return Promise.reject(new Unavailable('Cannot read'));
  }) as typeof ledger.read;
  ports.ledger = { ...ledger, read };
  return {
    isDown: () => {
      left = times;
    },
  };
};
const unanswered = ({ lines }: Memory) => lines.filter(([event]) => event === 'aws did not answer');

it('gives its case back after a failed step, also where it cannot read how the request stands', async () => {
  const memory = system({ probe: [ALIVE] });
  const { isDown } = failing(memory, 9);
  memory.ports.send = async () => {
    isDown();
    throw new Unavailable('Cannot send');
  };
  expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'aws-down' });
  expect(caseOf(memory)).not.toHaveProperty('lease');
});

it('tries twice to conclude that another delivery has taken the case from it', async () => {
  const memory = system({ probe: [ALIVE] });
  const { isDown } = failing(memory, 1);
  const { send } = memory.ports;
  memory.ports.send = async (call, until) => {
    const lease = { holder: 'else', until: after(memory.clock.now(), 25_000) };
    changeItem(memory, `case#kalshi/prod/${KEY} case`, { lease });
    isDown();
    return send(call, until);
  };
  expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'aws-down' });
  expect(unanswered(memory)).toEqual([['aws did not answer', { requestId: 'R', problem: 'Cannot read' }]]);
});

it('tries once to conclude a failed step', async () => {
  const memory = system({});
  const { isDown } = failing(memory, 1);
  memory.ports.vault = {
    ...memory.ports.vault,
    open: async () => {
      isDown();
      throw new Unavailable('Cannot open');
    },
  };
  expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'aws-down' });
  expect(unanswered(memory)).toEqual([
    ['aws did not answer', { requestId: 'R', problem: 'Cannot open' }],
    ['aws did not answer', { messageId: 'M', problem: 'Cannot read' }],
  ]);
});

it.each([
  ['a fault', new Fault('stuck/limit', 'Cannot continue')],
  ['a lost lease', new LeaseLost('Cannot continue')],
])('lets the message come back by itself after %s outside of any request', async (_what, error) => {
  const memory = system({});
  const broken = (): Promise<never> => Promise.reject(error);
  memory.ports.ledger = { ...memory.ports.ledger, read: broken, write: broken };
  await expect(revoke(memory.ports, delivered(memory, SELF))).rejects.toBe(error);
  expect(memory.lines).toEqual([]);
});

it('reads its case once before its first question: no earlier end can be there that its record does not tell', async () => {
  const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
  const { ledger } = memory.ports;
  const early: string[] = [];
  const read = ((key) => {
    if (memory.sent.length === 0) early.push(key.sk);
    return ledger.read(key);
  }) as typeof ledger.read;
  memory.ports.ledger = { ...ledger, read };
  await revoke(memory.ports, delivered(memory, SELF));
  expect(early.filter((sk) => sk === 'case')).toHaveLength(1);
});

it('leaves its lease to run out after a defect: something may be on its way', async () => {
  const memory = system({ probe: [ALIVE] });
  memory.ports.send = () => Promise.reject(new Error('a defect'));
  await expect(revoke(memory.ports, delivered(memory, SELF))).rejects.toThrow('a defect');
  expect(caseOf(memory).lease).toMatchObject({ until: after(NOON, 25_000) });
});

it('does not carry out what holds no request', async () => {
  const memory = system({});
  memory.items.set('request#M request', { rev: 1, nonce: '', requestId: 'M', digest: '', attempt: 2 } as never);
  await expect(revoke(memory.ports, delivered(memory, 'not a request'))).rejects.toThrow('without a request');
});

it('takes a recheck only from our own functions', async () => {
  const memory = system({});
  await revoke(memory.ports, delivered(memory, { ...SELF, look: true }));
  expect(memory.published).toMatchObject([{ outcome: 'refused', code: 'malformed', request: { id: 'R' } }]);
  expect(JSON.parse(memory.aside[0]?.body ?? '')).toMatchObject({ fields: ['look'], requestId: 'R' });
});

describe('a message in a wrapper', () => {
  const CANARY = 'rqsty-sk-canary0123456789abcdef0123456789';
  const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:leaks';
  const envelope = (message: unknown) => ({
    ...{ Type: 'Notification', TopicArn: TOPIC, MessageId: CANARY, Subject: CANARY, Signature: CANARY },
    ...{ Timestamp: '2020-01-01T12:00:00Z', SigningCertURL: `https://${CANARY}@sns.eu-central-1.amazonaws.com/x.pem` },
    MessageAttributes: { attempt: { Type: 'String', Value: '7' }, requestId: { Type: 'String', Value: CANARY } },
    Message: JSON.stringify(message),
  });
  const record = (message: unknown) => ({
    ...{ messageId: CANARY, receiptHandle: CANARY, eventSource: 'aws:sqs', body: JSON.stringify(message) },
    messageAttributes: { attempt: { stringValue: '7' }, requestId: { stringValue: CANARY } },
    attributes: { SenderId: 'AROAOWNROLE:x', SentTimestamp: '1' },
  });

  /** Everything that a delivery has left anywhere. */
  const leftBy = ({ items, published, aside, enqueued, lines, tags }: Memory): string =>
    JSON.stringify([[...items], published, aside, enqueued, lines, tags]);

  const revoked = async (body: unknown, requestTopics: readonly string[] = [TOPIC]) => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    memory.ports.config = { ...memory.ports.config, requestTopics };
    await revoke(memory.ports, delivered(memory, body));
    expect(leftBy(memory)).not.toMatch(/canary|sns.eu-central-1/);
    return memory;
  };

  it.each<[string, unknown]>([
    ['the envelope of a named topic', envelope(SELF)],
    ['a record of a queue', record(SELF)],
    ['an envelope in a record', record(envelope(SELF))],
  ])('is carried out in %s, and nothing around it sets or leaves anything', async (_what, body) => {
    const { published } = await revoked(body);
    const { times, ...receipt } = published[0] as Receipt;
    expect(receipt).toMatchObject({
      receiptId: 'R#1',
      outcome: 'revoked',
      request: { sender: 'AROA', requestedBy: null },
    });
    expect(times.dueAt).toBe((await revoked(SELF)).published[0]?.times.dueAt);
  });

  it.each<[string, unknown, string]>([
    ['in the envelope of another topic', envelope(SELF), 'R'],
    [
      'as an order that is not valid, without an id',
      envelope({ ...SELF, requestId: undefined, operation: 'x' }),
      'sha256:',
    ],
    ['as a recheck', record({ ...SELF, look: true }), 'R'],
    ['as an alert', { action: 'created', alert: { secret: CANARY }, repository: { name: CANARY } }, ''],
  ])('is refused %s, and its sender finds the answer', async (_what, body, id) => {
    const { published, lines, sent } = await revoked(body, []);
    expect(published).toMatchObject([{ receiptId: 'M#1', requestId: 'M', outcome: 'refused', calls: 0 }]);
    expect(published[0]?.request.id ?? '').toMatch(new RegExp(`^${id}`));
    const ended = lines.find(([event]) => event === 'request ended');
    expect(ended?.[1]['askedId']).toBe(published[0]?.request.id);
    expect(sent).toEqual([]);
  });
});

describe('a copy in the stuck queue', () => {
  it('of a message with a secret in it is carried out when it is redriven', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, { ...SELF, requestId: 'rqsty-sk-canary' }));
    const [copy] = memory.aside;
    expect(memory.published[0]).toMatchObject({ receiptId: 'M#1', code: 'secret-in-message' });
    await revoke(memory.ports, delivered(memory, JSON.parse(copy?.body ?? ''), { messageId: 'M2', attempt: 2 }));
    expect(memory.published[1]).toMatchObject({ receiptId: 'M#2', outcome: 'revoked' });
  });

  it('of a request under another’s id is carried out when it is redriven', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, { ...SELF, expectedEnvironment: 'nowhere' }));
    await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2' }));
    expect(memory.published[1]).toMatchObject({ receiptId: 'M2#1', code: 'request-id-reused', request: { id: 'R' } });
    const copy = JSON.parse(memory.aside[1]?.body ?? '');
    await revoke(memory.ports, delivered(memory, copy, { messageId: 'M3', attempt: 2 }));
    expect(memory.published[2]).toMatchObject({ receiptId: 'M2#2', outcome: 'revoked', request: { id: 'R' } });
  });
});

describe('a redrive', () => {
  const HELD = answerOf('silent', { means: { end: 'stuck/ip-not-allowed' }, blocksCall: true, identified: true });

  /** A delivery that ends the request and goes down before the first step of that name since it has. */
  const cutBefore = async (memory: Memory, name: string, nth: number): Promise<void> => {
    const steps = system({ probe: [HELD] });
    await revoke(steps.ports, delivered(steps, SELF));
    const at = steps.steps.map((step, index) => (step === name ? index + 1 : 0)).filter((step) => step > 0);
    memory.fail(at.at(nth), 'before');
    await expect(revoke(memory.ports, delivered(memory, SELF))).rejects.toThrow('gone');
    memory.fail();
    memory.clock.forward(40_000);
  };

  it('publishes the end of the attempt before first, where a crash left it unpublished', async () => {
    const memory = system({ probe: [HELD, ALIVE, GONE], delete: [ACCEPTED] });
    await cutBefore(memory, 'publish', -1);
    expect([memory.aside.length, memory.published]).toEqual([1, []]);
    expect(await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2', attempt: 2 }))).toEqual({
      done: true,
    });
    expect(memory.published.map(({ receiptId, outcome, code }) => [receiptId, outcome, code])).toEqual([
      ['R#1', 'stuck', 'ip-not-allowed'],
      ['R#2', 'revoked', null],
    ]);
    expect(memory.aside).toHaveLength(2);
  });

  it('closes the case for the attempt before, also where it is about no key itself', async () => {
    const memory = system({ probe: [HELD] });
    await cutBefore(memory, 'write case', -1);
    expect(Object.keys(caseOf(memory).attempts)).toEqual(['R#1']);
    memory.ports.vault = { ...memory.ports.vault, open: async () => ({ found: false, why: 'missing' }) };
    await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2', attempt: 2 }));
    expect(memory.published[1]).toMatchObject({ receiptId: 'R#2', code: 'credential-missing' });
    expect(caseOf(memory).attempts).toEqual({});
  });

  it.each([
    ['whose secret is gone', { found: false, why: 'missing' }, 'credential-missing'],
    ['that finds another key', openedAs(JSON.stringify({ keyId: OTHER }), { versionId: 'v2' }), 'target-mismatch'],
  ] as const)('%s keeps the case of its earlier attempt’s key', async (_, opened, code) => {
    const memory = system({ probe: [HELD] });
    await revoke(memory.ports, delivered(memory, SELF));
    memory.ports.vault = { ...memory.ports.vault, open: async () => opened };
    const again = delivered(memory, SELF, { messageId: 'M2', attempt: 2 });
    expect(await revoke(memory.ports, again)).toEqual({ done: true });
    expect(memory.published[1]).toMatchObject({ receiptId: 'R#2', code, key: { id: memory.published[0]?.key?.id } });
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#2', attempts: {} });
    expect(caseOf(memory)).not.toHaveProperty('lease');
  });

  it('leaves nothing in the case of a recheck that had not ended when it came', async () => {
    const memory = system({ probe: [HELD, undefined, HELD] });
    await revoke(memory.ports, delivered(memory, SELF));
    const look = { sender: 'AROAOWNROLE:key-revoker', messageId: 'L' };
    expect(await revoke(memory.ports, delivered(memory, { ...SELF, look: true }, look))).toMatchObject({ done: false });
    expect(Object.keys(caseOf(memory).attempts)).toEqual(['~R#1']);
    await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2', attempt: 2 }));
    expect(caseOf(memory).attempts).toEqual({});
  });

  it('of a plan that came to no key keeps away from the case', async () => {
    const plan = { ...SELF, dryRun: true };
    const memory = system({ probe: [HELD] });
    await revoke(memory.ports, delivered(memory, plan));
    const before = structuredClone(caseOf(memory));
    memory.ports.vault = { ...memory.ports.vault, open: async () => ({ found: false, why: 'missing' }) };
    await revoke(memory.ports, delivered(memory, plan, { messageId: 'M2', attempt: 2 }));
    expect(memory.published[1]).toMatchObject({ receiptId: 'R#plan#2', code: 'credential-missing', key: null });
    expect(caseOf(memory)).toEqual(before);
  });
});

describe('a managing key that is refused', () => {
  it('stays so where what its secret holds now is no credential: a call has left', async () => {
    const refused = answerOf('silent', { means: { end: 'stuck/credential-refused' }, blocksCall: true });
    let isRefused = false;
    const later = () => (isRefused ? refused : answerOf('silent', { means: { wait: 'unrecognised' } }));
    const memory = system({ probe: [answerOf('listed', { identified: true }), later], delete: [undefined] });
    expect(await revoke(memory.ports, delivered(memory, MANAGED))).toMatchObject({ done: false });
    isRefused = true;
    // By then the host, which has told nothing three times, is tried again.
    memory.clock.forward(60_000);
    const { vault } = memory.ports;
    memory.ports.vault = {
      ...vault,
      open: (id, version) =>
        version === 'AWSCURRENT' ? Promise.resolve(openedAs('spoilt', { versionId: 'v2' })) : vault.open(id, version),
    };
    expect(await revoke(memory.ports, delivered(memory, MANAGED))).toMatchObject({ done: false });
    expect(memory.published).toMatchObject([{ outcome: 'retry', wouldEnd: 'stuck/credential-refused', calls: 1 }]);
  });
});

describe('a request whose time is up', () => {
  it('says what it did, although its credential cannot be read any more', async () => {
    const memory = system({ probe: [ALIVE, undefined], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, SELF));
    memory.clock.forward(86_400_000);
    memory.ports.vault.open = async () => {
      throw new Unavailable('Cannot open a secret');
    };
    expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
    expect(memory.published[0]).toMatchObject({ outcome: 'stuck', code: 'unproven', calls: 1 });
    expect(memory.published[0]?.evidence.map(({ step }) => step)).toContain('call');
  });

  it('closes its case, though nothing could be asked any more', async () => {
    const memory = system({ probe: [ALIVE, undefined], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, SELF));
    memory.clock.forward(86_400_000);
    memory.ports.vault.open = async () => {
      throw new Unavailable('Cannot open a secret');
    };
    await revoke(memory.ports, delivered(memory, SELF));
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#1' });
    expect(caseOf(memory).attempts).toEqual({});
    expect(caseOf(memory)).not.toHaveProperty('lease');
  });

  it('closes its case also where this very delivery has opened it', async () => {
    const memory = system({ probe: [ALIVE] });
    memory.fail(2, 'before', new Unavailable('Cannot open a secret'));
    expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'aws-down' });
    memory.fail();
    memory.clock.forward(86_400_000);
    const { ledger } = memory.ports;
    let writes = 0;
    const write: typeof ledger.write = async (key, item) => {
      if (key.sk === 'case' && ++writes === 2) throw new Unavailable('Cannot write');
      return ledger.write(key, item);
    };
    memory.ports.ledger = { ...ledger, write };
    expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'unproven' }]);
    expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'R#1' });
    expect(caseOf(memory).attempts).toEqual({});
  });

  it('keeps the end that it has come to before all of that was done', async () => {
    const memory = system({ probe: [answerOf('silent', { means: { wait: 'unrecognised' } })] });
    await revoke(memory.ports, delivered(memory, SELF));
    memory.clock.forward(86_400_000);
    const dead = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    memory.ports.send = (call, until) => dead.ports.send(call, until);
    const { ledger } = memory.ports;
    const write: typeof ledger.write = async (key, item) => {
      if (key.sk === 'case' && memory.published.length > 0) throw new Unavailable('Cannot write');
      return ledger.write(key, item);
    };
    memory.ports.ledger = { ...ledger, write };
    expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'aws-down' });
    memory.ports.ledger = ledger;
    expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
    expect(memory.published).toMatchObject([{ receiptId: 'R#1', outcome: 'revoked' }]);
    expect(caseOf(memory)).toMatchObject({ state: 'settling-case' });
    expect(caseOf(memory).attempts).toEqual({});
  });

  it('leaves its end to a delivery that has the case', async () => {
    const memory = system({ probe: [ALIVE, undefined], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, SELF));
    memory.clock.forward(86_400_000);
    const until = after(memory.clock.now(), 9_000);
    const name = `case#kalshi/prod/${KEY} case`;
    memory.items.set(name, { ...caseOf(memory), lease: { holder: 'else', until } } as never);
    expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'in-progress' });
    expect(memory.published).toEqual([]);
    memory.clock.forward(20_000);
    expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
    expect(caseOf(memory).attempts).toEqual({});
  });
});

describe('a request whose id was used before', () => {
  /** An outsider's request that waits, and so holds the id for days. */
  const HELD_BACK = { ...SELF, notBefore: '2026-11-25T00:00:00Z' };
  const listed = answerOf('listed', { identified: true });
  const MANAGED_KILL: Script = { probe: [listed, answerOf('unlisted')], delete: [ACCEPTED] };
  const ends = ({ published }: Memory) =>
    published.map(({ receiptId, outcome, code, request }) => [receiptId, outcome, code, request.id]);

  it('kills the key that it names, under its message’s id', async () => {
    const memory = system(MANAGED_KILL);
    await revoke(memory.ports, delivered(memory, HELD_BACK));
    const urgent = { ...MANAGED, ...LEAKED };
    expect(await revoke(memory.ports, delivered(memory, urgent, { messageId: 'M2' }))).toEqual({ done: true });
    expect(ends(memory)).toEqual([['M2#1', 'revoked', null, 'R']]);
    expect(memory.published[0]).toMatchObject({ requestId: 'M2', calls: 1 });
    expect(memory.aside).toEqual([]);
  });

  it('is a second request for its key where its sender sends it again, and none where SQS delivers it again', async () => {
    const memory = system(MANAGED_KILL);
    await revoke(memory.ports, delivered(memory, HELD_BACK));
    for (const [messageId, receiveCount] of [
      ['M2', 1],
      ['M2', 1],
      ['M2', 2],
      ['M3', 1],
    ] as const)
      await revoke(memory.ports, delivered(memory, MANAGED, { messageId, receiveCount }));
    expect(ends(memory)).toEqual([
      ['M2#1', 'revoked', null, 'R'],
      ['M3#1', 'already-revoked', null, 'R'],
    ]);
    expect(memory.sent.filter((asked) => asked === 'delete')).toHaveLength(1);
  });

  it('is about the key that the first one has pinned, where a label names it', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, SELF));
    await revoke(memory.ports, delivered(memory, { ...SELF, ...LEAKED }, { messageId: 'M2' }));
    expect(ends(memory)).toEqual([
      ['R#1', 'revoked', null, undefined],
      ['M2#1', 'already-revoked', null, 'R'],
    ]);
  });

  it('touches no other key than the first one has pinned, after a rotation', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, SELF));
    const { length } = memory.sent;
    memory.ports.vault = {
      ...memory.ports.vault,
      open: async () => openedAs(JSON.stringify({ keyId: OTHER }), { versionId: 'v2' }),
    };
    await revoke(memory.ports, delivered(memory, { ...SELF, ...LEAKED }, { messageId: 'M2' }));
    expect(ends(memory)[1]).toEqual(['M2#1', 'refused', 'request-id-reused', 'R']);
    expect(memory.published[1]).toMatchObject({ calls: 0, key: null });
    expect(memory.published[1]?.message).toMatch(/Cannot act on another key than the request that had this id first/);
    expect(memory.sent.slice(length)).toEqual([]);
    const copy = JSON.parse(memory.aside[0]?.body ?? '');
    await revoke(memory.ports, delivered(memory, copy, { messageId: 'M3', attempt: 2 }));
    expect(ends(memory)[2]).toEqual(['M2#2', 'refused', 'request-id-reused', 'R']);
    expect(memory.sent.slice(length)).toEqual([]);
  });

  it.each(['before', 'after'] as const)('ends alike wherever a crash cuts it %s a step', async (when) => {
    for (let step = 1; ; step += 1) {
      const memory = system(MANAGED_KILL);
      await revoke(memory.ports, delivered(memory, HELD_BACK));
      memory.fail(step, when);
      const cut = await revoke(memory.ports, delivered(memory, MANAGED, { messageId: 'M2' })).catch(() => 'cut');
      const isOver = memory.steps.length < step;
      memory.fail();
      if (isOver) {
        expect(cut).toEqual({ done: true });
        expect(step).toBeGreaterThan(10);
        return;
      }
      for (let receiveCount = 2; receiveCount < 9; receiveCount += 1) {
        memory.clock.forward(60_000);
        await revoke(memory.ports, delivered(memory, MANAGED, { messageId: 'M2', receiveCount }));
      }
      const said = new Set(ends(memory).map((end) => JSON.stringify(end)));
      expect([step, [...said]]).toEqual([step, [expect.stringMatching(/^\["M2#1","(already-)?revoked",null,"R"\]$/)]]);
      expect(memory.items.get('request#M2 request')).toMatchObject({ published: true, askedId: 'R' });
    }
  });
});

describe('a request that comes again', () => {
  it('with other fields is refused under the message’s id, and leaves the first as it is', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, { ...SELF, notBefore: '2026-11-25T00:00:00Z' }));
    expect(await revoke(memory.ports, delivered(memory, { ...SELF, ...LEAKED }, { messageId: 'M2' }))).toEqual({
      done: true,
    });
    expect(memory.published.map(({ receiptId, outcome, code }) => [receiptId, outcome, code])).toEqual([
      ['M2#1', 'refused', 'request-id-reused'],
    ]);
    expect(JSON.parse(memory.aside[0]?.body ?? '')).toMatchObject({ requestId: 'M2', reason: 'leaked' });
    expect(memory.items.get('request#R request')).toMatchObject({ rev: 1, state: 'open-request' });
  });

  it('as a higher attempt runs again, with its calls and its age from zero', async () => {
    const memory = system({
      probe: [answerOf('unlisted'), answerOf('unlisted'), answerOf('listed', { identified: true }), GONE],
      delete: [answerOf('rejected'), ACCEPTED],
    });
    await revoke(memory.ports, delivered(memory, MANAGED));
    expect(memory.published).toMatchObject([{ receiptId: 'R#1', code: 'not-recognised', calls: 1 }]);
    memory.clock.forward(90_000_000);
    await revoke(memory.ports, delivered(memory, MANAGED, { messageId: 'M2', attempt: 2 }));
    expect(memory.published[1]).toMatchObject({ receiptId: 'R#2', attempt: 2, outcome: 'revoked', calls: 1 });
    await revoke(memory.ports, delivered(memory, MANAGED, { messageId: 'M3', attempt: 1 }));
    expect(memory.published).toHaveLength(2);
  });

  it('takes its id from the attribute of our copies, and else from the message', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    const { requestId: _, ...bare } = SELF;
    await revoke(memory.ports, delivered(memory, bare, { mark: { requestId: 'COPY' } }));
    await revoke(memory.ports, delivered(memory, bare, { messageId: 'M2' }));
    expect(memory.published.map(({ receiptId }) => receiptId)).toEqual(['COPY#1', 'M2#1']);
  });
});

it('keeps a stub of a body that is not a valid request, and none of it', async () => {
  const memory = system({});
  const body = '{"provider":"bybit","canary":"canary-value"}';
  expect(await revoke(memory.ports, { ...delivered(memory, {}), body })).toEqual({ done: true });
  expect(memory.published).toMatchObject([
    { receiptId: 'M#1', outcome: 'refused', code: 'target-missing', keyState: 'unknown', key: null, signer: null },
  ]);
  expect(JSON.parse(memory.aside[0]?.body ?? '')).toEqual({
    messageId: 'M',
    sender: 'AROA',
    at: '2026-11-21T12:00:00.000Z',
    code: 'target-missing',
    digest: `sha256:${memory.ports.digest(body)}`,
    length: body.length,
    fields: ['provider', 'canary'],
  });
});

describe('an urgent request that takes long', () => {
  it('says so after a minute, then each hour, and in the end', async () => {
    const memory = system({ probe: [answerOf('alive', { identified: true }), undefined], delete: [undefined] });
    const run = () => revoke(memory.ports, delivered(memory, { ...SELF, ...LEAKED }));
    await run();
    expect(memory.published).toEqual([]);
    memory.clock.forward(60_000);
    await run();
    await run();
    expect(memory.published).toMatchObject([
      { receiptId: 'R#1~1', outcome: 'retry', code: 'no-reply', final: false, keyState: 'alive', calls: 1 },
    ]);
    memory.clock.forward(3_600_000);
    await run();
    memory.clock.forward(86_400_000);
    await run();
    expect(memory.published.map(({ receiptId }) => receiptId)).toEqual(['R#1~1', 'R#1~2', 'R#1']);
    const waits = ['urgent request waits', { requestId: 'R', provider: 'kalshi', code: 'no-reply' }];
    expect(memory.lines.filter(([event]) => event === waits[0])).toEqual([waits, waits]);
  });

  it('is not said to wait where its end is in the ledger already', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    const { outbox, vault } = memory.ports;
    memory.ports.vault = { ...vault, open: () => Promise.reject(new Unavailable('Cannot open')) };
    const run = () => revoke(memory.ports, delivered(memory, { ...SELF, ...LEAKED }));
    await run();
    memory.clock.forward(50_000);
    memory.ports.vault = vault;
    let isDown = true;
    const publish: typeof outbox.publish = async (receipt) => {
      if (isDown && receipt.final) throw new Unavailable('Cannot publish');
      return outbox.publish(receipt);
    };
    memory.ports.outbox = { ...outbox, publish };
    memory.ports.send = ((send) => (call, until) => {
      memory.clock.forward(3_000);
      return send(call, until);
    })(memory.ports.send);
    expect(await run()).toMatchObject({ done: false, code: 'aws-down' });
    expect(memory.published).toEqual([]);
    isDown = false;
    await run();
    expect(memory.published.map(({ receiptId, outcome }) => [receiptId, outcome])).toEqual([['R#1', 'revoked']]);
  });

  it('is not said to be urgent where it only waits out a refusal', async () => {
    const refused = answerOf('silent', { means: { end: 'stuck/credential-refused' }, blocksCall: true });
    const memory = system({ probe: [refused] });
    await revoke(memory.ports, delivered(memory, SELF));
    expect(memory.published).toMatchObject([{ outcome: 'retry', code: 'refused-for-now' }]);
    expect(memory.lines.map(([event]) => event)).not.toContain('urgent request waits');
  });

  it('is not reported where it is not urgent', async () => {
    const memory = system({ probe: [undefined] });
    await revoke(memory.ports, delivered(memory, SELF));
    memory.clock.forward(7_200_000);
    await revoke(memory.ports, delivered(memory, SELF));
    expect(memory.published).toEqual([]);
  });
});

it('waits for another’s lease on the same key', async () => {
  const memory = system({ probe: [ALIVE] });
  await revoke(memory.ports, delivered(memory, { ...SELF, requestId: 'OTHER', dryRun: true }));
  memory.items.set(`case#kalshi/prod/${KEY} case`, {
    ...caseOf(memory),
    lease: { holder: 'else', until: after(NOON, 9_000) },
  } as never);
  expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({
    done: false,
    code: 'in-progress',
    notBefore: after(NOON, 10_000),
  });
});

describe('a key whose death was proved', () => {
  const dead = { proved: { at: NOON, deadAt: NOON, endedBy: 'X#1' }, state: 'proved-case' };
  const withCase = (memory: Memory) => {
    memory.items.set(`case#kalshi/prod/${KEY} case`, {
      rev: 1,
      nonce: '',
      provider: 'kalshi',
      realm: 'prod',
      keyId: KEY,
      sightings: { probe: NOON },
      facts: {},
      attempts: {},
      at: NOON,
      ...dead,
    } as never);
    return memory;
  };

  it('is probed again by another request', async () => {
    const memory = system({ probe: [GONE] });
    await revoke(withCase(memory).ports, delivered(memory, SELF));
    expect(memory.sent).toEqual(['probe', 'probe']);
    expect(memory.published).toMatchObject([{ outcome: 'already-revoked', keyState: 'gone', calls: 0 }]);
  });

  it('is reported where it lives, and killed again', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    await revoke(withCase(memory).ports, delivered(memory, SELF));
    expect(
      memory.published.map(({ receiptId, outcome, keyState, final }) => [receiptId, outcome, keyState, final]),
    ).toEqual([
      ['R#1!1', 'resurrected', 'alive', false],
      ['R#1', 'revoked', 'gone', true],
    ]);
    expect(memory.published[0]?.message).toContain(
      'The key was proved gone at 2026-11-21T12:00:00.000Z. The request continues',
    );
    const facts = { requestId: 'R', provider: 'kalshi', key: `kalshi/prod/${KEY}` };
    expect(memory.lines).toContainEqual(['resurrected', facts]);
    expect(caseOf(memory).proved).toMatchObject({ endedBy: 'R#1' });
  });
});

describe('a dry run', () => {
  const plan = async (script: Script, body: object = SELF, given: Given = {}) => {
    const memory = system(script, given);
    expect(await revoke(memory.ports, delivered(memory, { ...body, dryRun: true }))).toEqual({ done: true });
    return memory;
  };

  it.each<[string, Answer | undefined, string]>([
    ['alive', ALIVE, 'A real request would send delete-key, signed by the key itself'],
    [
      'unknown',
      GONE,
      'A real request would look for the key in the provider’s other environments. If none knows the key, the request would send the delete once and end as stuck/not-recognised',
    ],
    [
      'refused',
      answerOf('rejected', { means: { end: 'stuck/region-refused' }, blocksCall: true }),
      'A real request would end as stuck/region-refused',
    ],
  ])('of a key that is %s says what a real request would do', async (_what, answer, said) => {
    const provider = scriptedProvider(() => ({ siblings: [['demo', questionOf('elsewhere')]] }));
    const memory = await plan({ probe: [answer] }, SELF, { provider });
    expect(memory.sent).toEqual(['probe']);
    expect(memory.published).toMatchObject([
      {
        receiptId: 'R#plan#1',
        outcome: 'planned',
        dryRun: true,
        calls: 0,
        message: expect.stringMatching(`^Nothing was changed: this is a plan\\. ${said}\\. `),
      },
    ]);
    expect(memory.tags).toEqual([]);
  });

  it.each<[string, Script, object, object?]>([
    ['would call', { probe: [ALIVE] }, { does: 'call', forecast: [] }],
    ['would end after a last question', { probe: [GONE] }, { does: 'end', outcome: 'stuck/not-recognised' }],
    [
      'would end',
      { probe: [answerOf('silent', { means: { end: 'stuck/region-refused' }, blocksCall: true })] },
      { does: 'end', outcome: 'stuck/region-refused' },
    ],
    ['would probe again', { probe: [undefined] }, { does: 'wait' }, LEAKED],
    [
      'would wait',
      { probe: [answerOf('silent', { means: { wait: 'rate-limited' } })] },
      { does: 'wait', forecast: [] },
    ],
  ])('keeps for machines that a real request %s', async (_what, script, expected, more = {}) => {
    const memory = await plan(script, { ...SELF, ...more });
    expect(memory.items.get('request#R#plan request')).toMatchObject({ ended: { plan: expected } });
  });

  it('is refused where its provider is switched off, as the real request', async () => {
    const memory = await plan({ probe: [ALIVE] }, SELF, { config: { providers: [] } });
    expect(memory.published).toMatchObject([{ outcome: 'refused', code: 'provider-off', dryRun: true }]);
    expect(memory.sent).toEqual([]);
  });

  it('that cannot be planned waits for nobody: no key was to die', async () => {
    const memory = await plan({}, { ...SELF, secretId: 'key-revoker/missing' });
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'credential-missing', dryRun: true }]);
    expect(memory.aside).toEqual([]);
  });

  it('writes nothing of the key but that it was seen', async () => {
    const memory = await plan({ probe: [ALIVE] });
    expect(caseOf(memory)).toMatchObject({ sightings: { probe: NOON }, state: 'idle-case' });
    expect(caseOf(memory).attempts).toEqual({});
    expect(caseOf(memory).facts).toEqual({});
    expect(caseOf(memory)).toMatchObject({ provider: 'kalshi', realm: 'prod', keyId: KEY });
    expect((await plan({ probe: [GONE] })).items.has(`case#kalshi/prod/${KEY} case`)).toBe(false);
  });

  it('does not stand in the way of the real request', async () => {
    const memory = await plan({ probe: [ALIVE, ALIVE, GONE], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, SELF));
    expect(memory.published.map(({ outcome }) => outcome)).toEqual(['planned', 'revoked']);
  });

  it('is all that is made in the mode observe', async () => {
    const memory = system({ probe: [ALIVE] }, { config: { mode: 'observe' } });
    await revoke(memory.ports, delivered(memory, SELF));
    expect(memory.published).toMatchObject([{ outcome: 'planned', dryRun: true }]);
    expect(memory.published[0]?.message).toMatch(
      /^Nothing was changed: this is a plan\. The mode is observe, so no key is touched\. A real/,
    );
    expect([...memory.items.keys()]).toContain('request#R#plan request');
  });

  it('says what the facts forecast', async () => {
    const provider = scriptedProvider(() => ({ forecast: () => ['It will be refused', 'Nothing is left then'] }));
    const memory = await plan({ probe: [ALIVE] }, MANAGED, { provider });
    expect(memory.published[0]?.message).toMatch(
      /signed by the managing key\. It will be refused\. Nothing is left then\. Then the request probes /,
    );
  });
});

describe('where AWS does not answer', () => {
  /** A key that lives until a delete has reached it. */
  const living = () => {
    const memory = system({
      probe: [() => (memory.sent.includes('delete') ? GONE : ALIVE)],
      delete: [ACCEPTED],
    });
    return memory;
  };

  it.each<[string, (memory: Memory) => void, object]>([
    [
      'the vault',
      ({ ports }) => {
        ports.vault = { ...ports.vault, open: () => Promise.reject(new Unavailable('Cannot open')) };
      },
      { requestId: 'R', problem: 'Cannot open' },
    ],
    [
      'the ledger',
      ({ ports }) => {
        ports.ledger = { ...ports.ledger, read: () => Promise.reject(new Unavailable('Cannot read')) };
      },
      { messageId: 'M', problem: 'Cannot read' },
    ],
  ])('says so of %s', async (_what, spoil, facts) => {
    const memory = living();
    spoil(memory);
    expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'aws-down' });
    expect(memory.lines).toContainEqual(['aws did not answer', facts]);
  });

  it('says it of nothing else', async () => {
    const memory = system({ probe: [answerOf('silent', { means: { wait: 'rate-limited' } })] });
    await revoke(memory.ports, delivered(memory, SELF));
    await revoke(memory.ports, delivered(memory, { ...SELF, requestId: 'S', notBefore: '2026-11-22T12:00:00Z' }));
    expect(memory.lines.map(([event]) => event)).toEqual(['request goes on later', 'request goes on later']);
  });

  it.each(['before', 'after'] as const)('comes again, %s whichever step it was, and ends the same', async (when) => {
    const whole = living();
    await revoke(whole.ports, delivered(whole, SELF));
    for (const [index, step] of whole.steps.entries()) {
      if (step === 'send') continue;
      const memory = living();
      memory.fail(index + 1, when, new Unavailable('Cannot do it'));
      await revoke(memory.ports, delivered(memory, SELF));
      memory.fail();
      // A call that may have left makes a later sighting one after a call: that asks for more absences than one delivery has time for.
      for (let n = 0; n < 2; n += 1) {
        memory.clock.forward(40_000);
        await revoke(memory.ports, delivered(memory, SELF));
      }
      const ends = new Set(memory.published.map(({ receiptId, outcome }) => `${receiptId} ${outcome}`));
      expect([index, step, ...ends]).toEqual([index, step, expect.stringMatching(/^R#1 (already-)?revoked$/)]);
      expect(caseOf(memory)).toMatchObject({ state: 'settling-case' });
      expect(caseOf(memory).attempts).toEqual({});
    }
  });
});

it('names the proof by which a key is dead that another signer never met', async () => {
  const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED, answerOf('rejected')] });
  await revoke(memory.ports, delivered(memory, SELF));
  const name = `case#kalshi/prod/${KEY} case`;
  memory.items.set(name, { ...caseOf(memory), sightings: {} } as never);
  await revoke(memory.ports, delivered(memory, { ...SELF, requestId: 'R2' }, { messageId: 'M2' }));
  for (const minutes of [25, 25, 10]) {
    memory.clock.forward(minutes * 60_000);
    await revoke(memory.ports, delivered(memory, { ...SELF, requestId: 'R2' }, { messageId: 'M2' }));
  }
  expect(memory.published[2]).toMatchObject({ outcome: 'stuck', code: 'not-recognised', calls: 1 });
  expect(memory.published[2]?.message).toMatch(
    /The key was proved gone at 2026-11-21T12:00:02\.000Z with another signing key\./,
  );
});

it('asks whose key it is only for an urgent request, where others have found the host to be silent', async () => {
  const asked = async (more: object) => {
    const memory = system({ identify: [undefined] }, { secrets: { 'key-revoker/desk': openedAs('{"keyId":""}') } });
    const host = { rev: 1, nonce: '', silences: 3, code: 'no-reply', until: after(NOON, 1) };
    memory.items.set('host#api.example.com host', host as never);
    await revoke(memory.ports, delivered(memory, { ...SELF, ...more }));
    return memory.sent;
  };
  expect([await asked({}), await asked(LEAKED)]).toEqual([[], ['identify', 'identify']]);
});

it('publishes the end in the case of a request whose pin could not be read, and sends nothing more', async () => {
  const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
  memory.ports.outbox = { ...memory.ports.outbox, publish: () => Promise.reject(new Unavailable('down')) };
  await revoke(memory.ports, delivered(memory, SELF));
  const { pin: _p, receipt: _r, ended: _e, ...item } = memory.items.get('request#R request') as never as RequestItem;
  memory.items.set('request#R request', { ...item, salvagedAt: NOON, dueAt: NOON, state: 'open-request' } as never);
  expect(caseOf(memory).attempts['R#1']?.ended).toMatchObject({ outcome: 'revoked' });
  const before = memory.sent.length;
  memory.ports.outbox = { ...memory.ports.outbox, publish: async (receipt) => void memory.published.push(receipt) };
  expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
  expect(memory.sent.length).toBe(before);
  expect(memory.published).toMatchObject([{ receiptId: 'R#1', outcome: 'revoked' }]);
});

it('works on one case where one request names the key, and another one holds it under an identifier that may be a secret', async () => {
  const secrets = {
    'key-revoker/desk': openedAs(JSON.stringify({ keyId: KEY })),
    'key-revoker/other': openedAs(JSON.stringify({ keyId: '', claimed: OTHER }), { arn: 'arn:other' }),
  };
  const named = answerOf('alive', { identified: true, facts: { keyId: OTHER } });
  const memory = system({ identify: [named], probe: [ALIVE, GONE], delete: [ACCEPTED] }, { secrets });
  const bySecret = { ...SELF, secretId: 'key-revoker/other', requestId: 'S' };
  const both = () =>
    Promise.all([
      revoke(memory.ports, delivered(memory, MANAGED)),
      revoke(memory.ports, delivered(memory, bySecret, { messageId: 'M2' })),
    ]);
  await both();
  memory.clock.forward(60_000);
  await both();
  expect([...memory.items.keys()].filter((key) => key.startsWith('case#'))).toEqual([`case#kalshi/prod/${OTHER} case`]);
  expect(memory.sent.filter((asked) => asked === 'delete')).toHaveLength(1);
  expect(memory.published.map(({ requestId }) => requestId).toSorted()).toEqual(['R', 'S']);
});

describe('while an operator has paused the system', () => {
  const paused = (given = {}) => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] }, given);
    memory.items.set('control pause', { rev: 1, nonce: 'n', pausedAt: NOON, by: 'alex', reason: 'x' } as never);
    return memory;
  };
  const WAITS = { done: false, code: 'paused', notBefore: after(NOON, 900_000) };

  it.each([
    ['a request', SELF, {}],
    ['an urgent request', { ...SELF, reason: 'leaked' }, {}],
    ['a dry run', { ...SELF, dryRun: true }, {}],
    ['a message that is not a valid request', { ...SELF, target: 7 }, {}],
    ['a recheck', { ...SELF, look: true }, { sender: 'AROAOWNROLE:x' }],
    ['a message that has come a hundred times', SELF, { receiveCount: 100 }],
  ])('%s waits a quarter of an hour, and nothing is written, asked or told', async (_what, body, rest) => {
    const memory = paused();
    expect(await revoke(memory.ports, delivered(memory, body, rest))).toEqual(WAITS);
    expect([memory.items.size, memory.sent, memory.published, memory.lines]).toEqual([1, [], [], []]);
  });

  it('a pause that is over holds nothing back', async () => {
    const memory = paused();
    memory.items.set('control pause', { rev: 2, nonce: 'n', by: 'alex', reason: 'x' } as never);
    expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
    expect(memory.published).toMatchObject([{ outcome: 'revoked' }]);
  });

  it('a message waits as long as the ledger does not say whether there is a pause', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    memory.fail(1, 'before', new Unavailable('Cannot read the ledger'));
    expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'aws-down' });
    expect([memory.items.size, memory.sent]).toEqual([0, []]);
  });

  it('no message that the queue does not hold learns of it', async () => {
    const memory = paused();
    const forged = new Error('Cannot carry out a record that is not of the requests queue');
    const held = Promise.reject(forged);
    held.catch(() => undefined);
    await expect(revoke(memory.ports, delivered(memory, SELF), held)).rejects.toBe(forged);
  });
});

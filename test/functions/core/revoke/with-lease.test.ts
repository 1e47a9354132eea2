import { describe, expect, it } from 'vitest';
import { after } from '../../../../functions/core/epoch.ts';
import { Fault, Unavailable } from '../../../../functions/core/fault.ts';
import { attemptEnded } from '../../../../functions/core/ledger/attempt-result.ts';
import { NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import { emptyCase } from '../../../../functions/core/ledger/lease.ts';
import type { Pin, Pinned, RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import type { Opened } from '../../../../functions/core/ports.ts';
import type { RevocationRequest } from '../../../../functions/core/request/revocation-request.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import { type DeliveryMode, runOf } from '../../../../functions/core/revoke/run.ts';
import { withLease, withPin } from '../../../../functions/core/revoke/with-lease.ts';
import { changeItem, type Memory, memoryPorts, openedAs } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { askedIn } from '../scripted-provider.ts';
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
  SELF,
  system,
} from '../scripted-system.ts';

describe('what a delivery found', () => {
  const pinOf = (versionId: string, keyName = 'kalshi/prod/K', target?: Pinned) =>
    ({ keyName, signer: { versionId }, target }) as Pin;
  const TARGET = { versionId: 't1' } as Pinned;
  const ITEM = { requestId: 'R', planOnly: false, attempt: 2, rev: 1, nonce: '' } as RequestItem;

  /** What is pinned at last, where the ledger held this; the item as it was read had no pin. */
  const pinning = async (held: Partial<RequestItem> | undefined, item: RequestItem = ITEM) => {
    const memory = memoryPorts();
    if (held) memory.items.set('request#R request', { ...ITEM, ...held } as never);
    const written = await withPin(memory.ports, item, pinOf('v1'));
    return [written, (memory.items.get('request#R request') as unknown as RequestItem | undefined)?.pin];
  };

  it('is pinned', async () => {
    const [written, kept] = await pinning({});
    expect(written).toMatchObject({ requestId: 'R', attempt: 2, pin: pinOf('v1') });
    expect(kept).toEqual(pinOf('v1'));
  });

  it('takes the place of what it has pinned before', async () =>
    expect((await pinning({ pin: pinOf('v0') }, { ...ITEM, pin: pinOf('v0') }))[1]).toEqual(pinOf('v1')));

  it('is pinned as well where another delivery has pinned the same', async () =>
    expect((await pinning({ pin: pinOf('v1') }))[0]).toMatchObject({ rev: 1, pin: pinOf('v1') }));

  it.each<[string, Partial<RequestItem> | undefined, Pin | undefined]>([
    ['has pinned another version', { pin: pinOf('v2') }, pinOf('v2')],
    ['has pinned another key', { pin: pinOf('v1', 'kalshi/prod/L') }, pinOf('v1', 'kalshi/prod/L')],
    ['has pinned another target’s version', { pin: pinOf('v1', undefined, TARGET) }, pinOf('v1', undefined, TARGET)],
    ['has ended the request', { receipt: {} as RequestItem['receipt'] }, undefined],
    [
      'has ended the request at the same version',
      { receipt: {} as RequestItem['receipt'], pin: pinOf('v1') },
      pinOf('v1'),
    ],
    ['is at another attempt', { attempt: 3 }, undefined],
    ['is at another attempt with the same version', { attempt: 3, pin: pinOf('v1') }, pinOf('v1')],
    ['has lost the request', undefined, undefined],
  ])('is not pinned where another delivery %s', async (_what, held, kept) => {
    const [written, pin] = await pinning(held);
    expect(written).toBeUndefined();
    expect(pin).toEqual(kept);
  });
});

describe('the managing key', () => {
  const MARK = /^signer#/;
  /** Whether each exchange found the signer marked as needed. */
  const marks = async (body: object): Promise<readonly (readonly [string, unknown])[]> => {
    const memory = system({
      probe: [answerOf('listed', { identified: true }), answerOf('unlisted')],
      delete: [ACCEPTED],
    });
    const found: (readonly [string, unknown])[] = [];
    const { send } = memory.ports;
    memory.ports.send = (call, until) => {
      const mark = [...memory.items].find(([key]) => MARK.test(key));
      found.push([askedIn(call).asked, mark?.[1]['needed']]);
      return send(call, until);
    };
    await revoke(memory.ports, delivered(memory, body));
    return found;
  };

  it('is marked as needed before the first question', async () => {
    const found = await marks(MANAGED);
    expect(found.length).toBeGreaterThan(2);
    for (const [, needed] of found) expect(needed).toBe(true);
  });

  it('is not marked where a key signs for itself', async () => {
    for (const [, needed] of await marks(SELF)) expect(needed).toBeUndefined();
  });
});

describe('a credential that is refused at its pinned version', () => {
  const REFUSED = answerOf('silent', { means: { end: 'stuck/credential-refused' }, blocksCall: true });
  const LISTED = answerOf('listed', { identified: true });
  const NEW = openedAs(JSON.stringify({ keyId: KEY }), { versionId: 'v2' });
  const REQUEST = 'request#R request';

  /** A second delivery, whose first probes are refused; by then the secret's current version is this one. */
  const refusedWith = async (
    body: object,
    current: (memory: Memory) => Promise<Opened>,
    first = REFUSED,
  ): Promise<{ memory: Memory; sent: string[]; verdict: unknown; opened: string[] }> => {
    const memory = system({ probe: [undefined, first, LISTED, answerOf('unlisted')], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, body));
    memory.sent.length = 1;
    const { vault } = memory.ports;
    const opened: string[] = [];
    memory.ports.vault = {
      ...vault,
      open: (id, version) => {
        opened.push(version);
        return version === 'AWSCURRENT' ? current(memory) : vault.open(id, version);
      },
    };
    const verdict = await revoke(memory.ports, delivered(memory, body, { receiveCount: 2 }));
    return { memory, sent: memory.sent.slice(1), verdict, opened };
  };

  it('continues with what its secret holds now', async () => {
    const { memory, sent, verdict, opened } = await refusedWith(MANAGED, async () => NEW);
    expect(verdict).toEqual({ done: true });
    expect(opened).toEqual(['v1', 'AWSCURRENT']);
    expect(sent).toEqual(['probe', 'probe', 'delete', 'probe', 'probe']);
    expect(memory.published).toMatchObject([{ outcome: 'revoked', signer: { secretVersion: 'v2' } }]);
  });

  it.each<[string, object, string[], typeof REFUSED?]>([
    ['that a key signs with for itself', SELF, ['v1']],
    ['whose version the request names', { ...MANAGED, secretVersion: 'v1' }, ['v1']],
    [
      'that is refused for something else',
      MANAGED,
      ['v1'],
      answerOf('silent', { means: { end: 'stuck/ip-not-allowed' }, blocksCall: true }),
    ],
  ])('is not opened again %s', async (_what, body, versions, answer) => {
    const { memory, sent, opened } = await refusedWith(body, async () => NEW, answer);
    expect([sent, opened]).toEqual([['probe'], versions]);
    expect(memory.published).toMatchObject([
      { outcome: expect.stringMatching(/stuck|retry/), signer: { secretVersion: 'v1' } },
    ]);
  });

  it('stays so where the secret holds the same version still', async () => {
    const { memory, sent } = await refusedWith(MANAGED, async () => openedAs(JSON.stringify({ keyId: KEY })));
    expect(sent).toEqual(['probe']);
    expect(memory.published).toMatchObject([{ outcome: 'retry', wouldEnd: 'stuck/credential-refused' }]);
  });

  it('stays so where the secret holds a key of another realm now', async () => {
    const elsewhere = openedAs(JSON.stringify({ keyId: KEY, environment: 'demo' }), { versionId: 'v2' });
    const { memory, sent } = await refusedWith(MANAGED, async () => elsewhere);
    expect(sent).toEqual(['probe']);
    expect(memory.published).toMatchObject([
      { outcome: 'retry', wouldEnd: 'stuck/credential-refused', signer: { secretVersion: 'v1' } },
    ]);
  });

  it('is not opened again where it cannot be read', async () => {
    const memory = system({ probe: [undefined] });
    await revoke(memory.ports, delivered(memory, MANAGED));
    const opened: string[] = [];
    const open = async (_id: string, version: string) => {
      opened.push(version);
      return version === 'AWSCURRENT' ? NEW : openedAs('spoilt');
    };
    memory.ports.vault = { ...memory.ports.vault, open };
    await revoke(memory.ports, delivered(memory, MANAGED, { receiveCount: 2 }));
    expect(opened).toEqual(['v1']);
    expect(memory.published).toMatchObject([{ outcome: 'refused', code: 'credential-unreadable' }]);
  });

  it('waits where nobody tells whose key its secret holds now', async () => {
    const nameless = openedAs(JSON.stringify({ keyId: '' }), { versionId: 'v2' });
    const { memory, sent, verdict } = await refusedWith(MANAGED, async () => nameless);
    expect(sent).toEqual(['probe', 'identify', 'identify']);
    expect(verdict).toMatchObject({ done: false, code: 'no-reply' });
    expect(memory.published).toEqual([]);
  });

  it.each<[string, (items: Memory['items']) => void]>([
    ['its case cannot be found by then', (items) => void items.delete(`case#kalshi/prod/${OTHER} case`)],
    ['a redrive has begun by then', (items) => void changeItem({ items }, REQUEST, { attempt: 2 })],
  ])('waits where %s', async (_what, happen) => {
    const { memory, sent, verdict } = await refusedWith(MANAGED, async ({ items }) => {
      happen(items);
      return NEW;
    });
    expect(sent).toEqual(['probe']);
    expect(verdict).toMatchObject({ done: false, code: 'in-progress' });
    expect(memory.published).toEqual([]);
  });

  it('waits where the secret cannot be opened now', async () => {
    const { memory, verdict } = await refusedWith(MANAGED, () => Promise.reject(new Unavailable('Cannot open')));
    expect(verdict).toMatchObject({ done: false, code: 'aws-down' });
    expect(memory.published).toEqual([]);
  });
});

describe('a pinned version that is gone', () => {
  const LISTED = answerOf('listed', { identified: true });

  /** A second delivery, before which the secret was created again. */
  const goneFor = async (body: object, denied?: Fault): Promise<Memory & { sent: string[] }> => {
    const memory = system({ probe: [undefined, LISTED, answerOf('unlisted')], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, body));
    const second = openedAs(JSON.stringify({ keyId: KEY }), { versionId: 'v2' });
    memory.ports.vault = {
      ...memory.ports.vault,
      open: async (_, version) => {
        if (version === 'AWSCURRENT') return second;
        if (denied) throw denied;
        return { found: false, why: 'missing' };
      },
    };
    await revoke(memory.ports, delivered(memory, body));
    return memory;
  };

  it('or that only an old KMS key opens does not keep a managing key from signing as it is now', async () => {
    const { published } = await goneFor(MANAGED, new Fault('stuck/access-denied', 'The KMS key is disabled'));
    expect(published).toMatchObject([{ outcome: 'revoked', calls: 1, signer: { secretVersion: 'v2' } }]);
  });

  it('of a managing key does not keep it from signing as it is now', async () => {
    const { published } = await goneFor(MANAGED);
    expect(published).toMatchObject([{ outcome: 'revoked', calls: 1, signer: { secretVersion: 'v2' } }]);
  });

  it.each([
    ['of a key that signs for itself', SELF],
    ['that the request names', { ...MANAGED, secretVersion: 'v1' }],
  ])('%s stays gone', async (_what, body) => {
    const { published } = await goneFor(body);
    expect(published).toMatchObject([{ outcome: 'stuck', code: 'credential-missing', calls: 0 }]);
  });
});

it('waits, and holds the case from nobody, where as many requests as an item can hold have called for the key', async () => {
  const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
  const attempts = Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`S${n}#1`, { ...NEW_ATTEMPT, calls: 1 }]));
  const key = { provider: 'kalshi', realm: 'prod', keyId: KEY } as const;
  memory.items.set(`case#kalshi/prod/${KEY} case`, { ...emptyCase(key, NOON), attempts, rev: 1, nonce: '' });
  expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'in-progress' });
  expect(memory.sent).toEqual([]);
  expect(caseOf(memory)).not.toHaveProperty('lease');
  expect(await revoke(memory.ports, delivered(memory, { ...SELF, requestId: 'U', ...LEAKED }))).toEqual({ done: true });
  expect(memory.published).toMatchObject([{ requestId: 'U', outcome: 'revoked' }]);
});

it('asks right before its first call whether the order still stands', async () => {
  const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
  const arn = openedAs('').arn;
  const described = { arn, name: 'key-revoker/desk', tags: {}, createdAt: after(NOON, -1), versions: {} };
  memory.ports.vault = { ...memory.ports.vault, describe: async () => described as never };
  const order = { ...SELF, requestId: `expiry-${'0'.repeat(64)}`, reason: 'expired', requestedBy: arn };
  expect(await revoke(memory.ports, delivered(memory, order, { sender: 'AROAOWNROLE:sweep' }))).toEqual({ done: true });
  expect(memory.sent).toEqual(['probe']);
  expect(memory.published).toMatchObject([{ outcome: 'withdrawn', calls: 0 }]);
});

describe('a record that could not be read', () => {
  const key = { provider: 'bybit', realm: 'mainnet', keyId: 'K' } as const;
  const PIN = { keyName: 'bybit/mainnet/K', realm: 'mainnet', keyId: 'K', signer: { versionId: 'v1' } } as Pin;
  const UPDATE = { provider: 'bybit', operation: 'update-master-key', reason: 'manual' } as RevocationRequest;

  /** What a delivery concludes, and whether it worked on the key. */
  const working = async (operation: string, salvaged: { item?: number; held?: number }, isOrder = true) => {
    const memory = memoryPorts();
    const item = {
      ...{ requestId: 'R', planOnly: false, attempt: 1, pin: PIN, receivedAt: NOON, rev: 1, nonce: '' },
      salvagedAt: salvaged.item,
    } as RequestItem;
    memory.items.set('request#R request', item as never);
    memory.items.set('case#bybit/mainnet/K case', {
      ...{ ...emptyCase(key, NOON), rev: 1, nonce: '', salvagedAt: salvaged.held },
    } as never);
    let isWorked = false;
    const concluded: unknown[] = [];
    const mode: DeliveryMode = {
      ...{ isOrder, needsLease: true },
      work: async () => {
        isWorked = true;
        return attemptEnded('restricted');
      },
      conclude: async (_run, _item, result) => {
        concluded.push(result);
        return { done: true };
      },
    };
    const run = runOf(memory.ports, delivered(memory, {}), mode, { ...UPDATE, operation });
    await withLease(run, item, { pin: PIN, seen: [], notes: [] } as never);
    return { isWorked, concluded };
  };

  it.each<[string, { item?: number; held?: number }]>([
    ['of the request', { item: NOON }],
    ['of the key', { held: NOON }],
    ['of the key, later', { item: NOON - 5, held: NOON + 5 }],
  ])('ends an update: that %s', async (_what, salvaged) => {
    const { isWorked, concluded } = await working('update-master-key', salvaged);
    expect(isWorked).toBe(false);
    expect(concluded).toEqual([
      attemptEnded(
        'stuck/unproven',
        expect.stringMatching(/^A record in the ledger could not be read at 2026-11-21T/) as never,
      ),
    ]);
  });

  it.each<[string, string, { item?: number; held?: number }, boolean]>([
    ['a delete', 'delete-master-key', { item: NOON, held: NOON }, true],
    ['an update that came later', 'update-master-key', { item: NOON - 1, held: NOON - 1 }, true],
    ['an update whose records are whole', 'update-master-key', {}, true],
    ['a recheck', 'update-master-key', { item: NOON, held: NOON }, false],
  ])('does not stop %s', async (_what, operation, salvaged, isOrder) => {
    expect(await working(operation, salvaged, isOrder)).toEqual({
      ...{ isWorked: true, concluded: [attemptEnded('restricted')] },
    });
  });
});

describe('the lease and the pin, which are written at once', () => {
  const CASE = `case#kalshi/prod/${KEY} case`;
  const REQUEST = 'request#R request';
  /** What another delivery does, and right before which step of this one. */
  type Meanwhile = readonly [
    step: 'read case' | 'write case' | 'write request',
    nth: number,
    happen: (memory: Memory) => unknown,
  ];

  /** A first delivery beside another one. */
  const beside = async (...all: readonly Meanwhile[]) => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    const { ledger } = memory.ports;
    const seen: string[] = [];
    const step = async (name: string): Promise<void> => {
      seen.push(name);
      const nth = seen.filter((one) => one === name).length;
      for (const [at, count, happen] of all) if (at === name && count === nth) await happen(memory);
    };
    memory.ports.ledger = {
      ...ledger,
      read: async (key) => {
        await step(`read ${key.sk}`);
        return ledger.read(key);
      },
      write: async (key, ...item) => {
        await step(`write ${key.sk}`);
        return ledger.write(key, ...item);
      },
    };
    const verdict = await revoke(memory.ports, delivered(memory, SELF));
    return { memory, verdict, seen };
  };
  const endElsewhere = (memory: Memory): unknown =>
    changeItem(memory, REQUEST, { receipt: {}, ended: {}, published: true, state: undefined });
  const takeCase = (memory: Memory, lease?: object | undefined): unknown =>
    changeItem(memory, CASE, { ...emptyCase({ provider: 'kalshi', realm: 'prod', keyId: KEY }, NOON), lease });
  const WAITS = { done: false, code: 'in-progress' };

  it('stand on what was read and claimed before, and neither is read again', async () => {
    const { memory, seen } = await beside();
    expect(memory.published).toMatchObject([{ outcome: 'revoked' }]);
    expect(seen.filter((step) => step === 'read case' || step === 'read request')).toEqual(['read case']);
  });

  it('do not carry out again what another delivery has ended in between', async () => {
    const { memory, verdict } = await beside(['write case', 1, (all) => [takeCase(all), endElsewhere(all)]]);
    expect([verdict, memory.sent]).toEqual([expect.objectContaining(WAITS), []]);
    expect(memory.items.get(CASE)).not.toHaveProperty('lease');
  });

  it('do not carry out again what another delivery has ended while the lease had to be taken once more', async () => {
    const { memory, verdict, seen } = await beside(['write case', 1, takeCase], ['read case', 2, endElsewhere]);
    expect([verdict, memory.sent]).toEqual([expect.objectContaining(WAITS), []]);
    expect(memory.items.get(REQUEST)).toMatchObject({ pin: { keyId: KEY } });
    expect(seen).toContain('read request');
    expect(memory.items.get(CASE)).not.toHaveProperty('lease');
  });

  it('carry a request out where another delivery wrote to the case in between, after one look at the request', async () => {
    const { memory, seen } = await beside(['write case', 1, takeCase]);
    expect(memory.published).toMatchObject([{ outcome: 'revoked' }]);
    expect(seen.filter((step) => step === 'read request')).toHaveLength(1);
  });

  it('pin a request also while another delivery holds the case', async () => {
    const lease = { holder: 'other', until: after(NOON, 9_000) };
    const { memory, verdict } = await beside(['write case', 1, (all) => takeCase(all, lease)]);
    expect(verdict).toMatchObject({ ...WAITS, notBefore: expect.any(Number) });
    expect(memory.items.get(REQUEST)).toMatchObject({ pin: { keyId: KEY } });
    expect([memory.sent, memory.items.get(CASE)]).toEqual([[], expect.objectContaining({ lease })]);
  });

  it('give the case back where the request could not be pinned', async () => {
    const { memory, verdict } = await beside([
      'write request',
      2,
      () => {
        throw new Unavailable('Cannot write');
      },
    ]);
    expect([verdict, memory.sent]).toEqual([expect.objectContaining({ done: false, code: 'aws-down' }), []]);
    expect(memory.items.get(CASE)).not.toHaveProperty('lease');
  });

  it('publish an end that the case holds already, and send no call', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    const ended = { outcome: 'revoked', why: '', at: NOON, evidence: [] };
    takeCase(memory);
    changeItem(memory, CASE, { attempts: { 'R#1': { ...NEW_ATTEMPT, calls: 1, acceptedAt: NOON, ended } } });
    expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
    expect([memory.sent, memory.published]).toMatchObject([[], [{ outcome: 'revoked' }]]);
  });
});

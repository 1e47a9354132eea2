import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../../functions/core/answer.ts';
import { after } from '../../../../functions/core/epoch.ts';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import type { Given } from '../memory-ports.ts';
import { openedAs } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { ACCEPTED, ALIVE, delivered, GONE, KEY, LEAKED, MANAGED, OTHER, SELF, system } from '../scripted-system.ts';

const REFUSED = answerOf('silent', { means: { end: 'stuck/credential-refused' }, blocksCall: true });

type Rest = Parameters<typeof delivered>[2];

const ready = (given: Given = {}) => system({ probe: [ALIVE, GONE], delete: [ACCEPTED] }, given);

/** What is done for a message before the queue says that it may be carried out. */
const before = async (body: object, rest: Rest = {}, given: Given = {}) => {
  const memory = ready(given);
  memory.fail();
  const refused = new Error('Cannot carry out a record that is not of the requests queue');
  const held = Promise.reject(refused);
  held.catch(() => undefined);
  await expect(revoke(memory.ports, delivered(memory, body, rest), held)).rejects.toBe(refused);
  return memory;
};

describe('before the queue says that a message may be carried out', () => {
  it('its secret is opened, and nothing is written or asked', async () => {
    const memory = await before(SELF);
    // The read is of the pause.
    expect(memory.steps).toEqual(['read', 'open']);
    expect([memory.items.size, memory.sent, memory.published, memory.lines]).toEqual([0, [], [], []]);
  });

  it('the secret of the target is opened as well', async () =>
    expect((await before({ ...SELF, target: { secretId: 'key-revoker/other' } })).steps).toEqual([
      'read',
      'open',
      'open',
    ]));

  it.each<[string, object, Rest?, Given?]>([
    ['a message that comes again', SELF, { receiveCount: 2 }],
    ['a copy of ours', SELF, { attempt: 2 }],
    ['a copy of ours that names its request', SELF, { mark: { requestId: 'R' } }],
    ['a request whose time has not come', { ...SELF, notBefore: '2026-11-22T00:00:00Z' }],
    ['a request for a provider that is switched off', SELF, {}, { config: { providers: ['bybit'] } }],
    ['a secret that this system may not open', { ...SELF, secretId: 'elsewhere/desk' }],
    ['a message that is not a valid request', { ...SELF, target: 7 }],
    ['a recheck', { ...SELF, look: true }, { sender: 'AROAOWNROLE:x' }],
  ])('no secret is opened for %s', async (_what, body, rest, given) =>
    expect((await before(body, rest, given)).steps).toEqual(['read']),
  );

  it('no secret is opened twice that signer and target share', async () => {
    const shared = { ...SELF, target: { secretId: SELF.secretId } };
    expect((await before(shared)).steps).toEqual(['read', 'open']);
  });
});

it('what follows from the open secret is read while the request is claimed', async () => {
  const memory = ready();
  memory.fail();
  await revoke(memory.ports, delivered(memory, { ...SELF, ...LEAKED }));
  expect(memory.steps.slice(0, 4)).toEqual(['read', 'open', 'write request', 'read']);
  expect(memory.published).toMatchObject([{ outcome: 'revoked' }]);
  expect(memory.steps.filter((step) => step === 'open')).toHaveLength(1);
});

it('a key whose identifier only its provider knows is looked up, and not asked about, until the request is claimed', async () => {
  const memory = system(
    { identify: [answerOf('alive', { facts: { keyId: OTHER } })], probe: [ALIVE, GONE], delete: [ACCEPTED] },
    { secrets: { 'key-revoker/desk': openedAs(JSON.stringify({ keyId: '' })) } },
  );
  let isClaimed = false;
  const { ledger, send } = memory.ports;
  memory.ports.ledger = {
    ...ledger,
    write: async (...of) => {
      isClaimed ||= of[0].sk === 'request';
      return ledger.write(...of);
    },
  };
  memory.ports.send = async (...of) => {
    expect(isClaimed).toBe(true);
    return send(...of);
  };
  expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
  expect(memory.sent.slice(0, 2)).toEqual(['identify', 'identify']);
  expect(memory.published).toMatchObject([{ outcome: 'revoked' }]);
});

it('a secret that could not be opened ahead fails in its turn', async () => {
  const memory = ready();
  memory.fail(2, 'before', new Unavailable('Cannot open'));
  expect(await revoke(memory.ports, delivered(memory, SELF))).toMatchObject({ done: false, code: 'aws-down' });
  expect(memory.items.has('request#R request')).toBe(true);
});

it.each<[string, readonly Answer[], readonly string[], string]>([
  ['at its pinned version', [ALIVE, GONE], ['AWSCURRENT', 'v1'], 'v1'],
  [
    'at what its secret holds when that version is refused',
    [REFUSED, ALIVE, GONE],
    ['AWSCURRENT', 'v1', 'AWSCURRENT'],
    'v2',
  ],
])('a request that another delivery has pinned is carried out %s', async (_what, answers, versions, secretVersion) => {
  const memory = system({ probe: [undefined, ...answers], delete: [ACCEPTED] });
  await revoke(memory.ports, delivered(memory, MANAGED));
  memory.clock.forward(60_000);
  const opened: string[] = [];
  const { vault } = memory.ports;
  memory.ports.vault = {
    ...vault,
    open: (id, version) => {
      opened.push(version);
      const rotated = openedAs(JSON.stringify({ keyId: KEY }), { versionId: 'v2' });
      return version === 'AWSCURRENT' ? Promise.resolve(rotated) : vault.open(id, version);
    },
  };
  await revoke(memory.ports, delivered(memory, MANAGED, { messageId: 'M2', sentAt: after(NOON, 60_000) }));
  expect(opened).toEqual(versions);
  expect(memory.published).toMatchObject([{ outcome: 'revoked', signer: { secretVersion } }]);
});

import { expect, it } from 'vitest';
import { type CaseItem, NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import { caseKey, keyName, requestKey } from '../../../../functions/core/ledger/keys.ts';
import { emptyCase } from '../../../../functions/core/ledger/lease.ts';
import type { Deployed } from '../../../../functions/operator/deployment/connect.ts';
import { forget } from '../../../../functions/operator/stuck/forget.ts';
import { memoryPorts } from '../../core/memory-ports.ts';
import { NOON } from '../../core/rounds.ts';

const KEY = { provider: 'kalshi', realm: 'prod', keyId: 'K' } as const;
const PIN = { keyName: keyName(KEY.provider, KEY.realm, KEY.keyId) };
const ENDED = { outcome: 'stuck/unproven', why: '', at: NOON, evidence: [] };

/** Forgets the second attempt of the request R, whose key's case stands so. */
const forgotten = async (item: object, found: Partial<CaseItem>) => {
  const { ports, clock } = memoryPorts();
  const request = { requestId: 'R', attempt: 2, ended: ENDED, ...item, rev: 1, nonce: 'n' };
  const open: CaseItem = { ...emptyCase(KEY, NOON), state: 'open-case', ...found, rev: 1, nonce: 'n' };
  await ports.ledger.write(requestKey('R', false), request);
  await ports.ledger.write(caseKey(PIN.keyName), open);
  const sent: unknown[] = [];
  const documents = { send: async (command: unknown) => void sent.push(command) };
  const deployed = { ...ports, clock, documents, card: { ledgerTable: 'ledger' } } as unknown as Deployed;
  const closed = await forget(deployed, { requestId: 'R', attempt: 2 }, { at: NOON, by: 'alex', reason: 'gone' }).catch(
    (error: Error) => error.message,
  );
  return [closed, sent.length];
};

it.each([
  ['left open', { pin: PIN }, { leftOpenBy: 'R#2' }],
  ['of a key that it has restricted', { pin: PIN }, { restrictedBy: 'R#2', state: 'restricted-case' as const }],
  ['left open by an earlier attempt, of one that came to no key itself', { former: PIN }, { leftOpenBy: 'R#1' }],
  ['with what a look has left there', { pin: PIN }, { leftOpenBy: 'R#2', attempts: { '~R#1': NEW_ATTEMPT } }],
  [
    'with what an earlier attempt has left there',
    { former: PIN },
    { attempts: { 'R#1': { ...NEW_ATTEMPT, calls: 1 } } },
  ],
])('closes a case %s', async (_, item, found) => {
  expect(await forgotten(item, found)).toEqual(['closed', 1]);
});

it.each([
  ['that another request has left open', { leftOpenBy: 'S#1' }, 'another’s'],
  [
    'of a key that another request has restricted',
    { restrictedBy: 'S#1', state: 'restricted-case' as const },
    'another’s',
  ],
  [
    'that another request is at work on',
    { attempts: { 'S#1': NEW_ATTEMPT } },
    expect.stringContaining('S#1 is working'),
  ],
])('leaves a case %s', async (_, found, said) => {
  expect(await forgotten({ pin: PIN }, found)).toEqual([said, 0]);
});

import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../../../functions/core/receipt.ts';
import { digest } from '../../../../functions/edge/process/digest.ts';
import type { StoredKey } from '../../../../functions/operator/deployment/keys.ts';
import { type Mark, select, type Wanted } from '../../../../functions/operator/incident/mark.ts';
import { firstOrder, type Incident, nextOrder } from '../../../../functions/operator/incident/order.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';
import { receiptForTest } from '../../edge/receipt-for-test.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:1:secret:';

const key = (name: string, more: Partial<StoredKey> = {}, tags: Readonly<Record<string, string>> = {}): StoredKey => ({
  secret: { arn: `${ARN}${name}`, name, tags, stages: {}, isReplica: false },
  versionId: 'v'.repeat(32),
  createdAt: undefined,
  problem: undefined,
  provider: 'bybit',
  environment: 'mainnet',
  name: `bybit/mainnet/${name}`,
  keyId: name.toUpperCase(),
  found: undefined,
  isSought: false,
  ...more,
});

const proved = { proved: { at: 1, deadAt: 1, endedBy: 'x' } } as unknown as StoredKey['found'];
const ALL: Wanted = { provider: 'bybit', tags: [], namePrefix: '', signedBy: undefined };
const none = (): boolean => false;

describe('select', () => {
  it('knows the delete that a key needs by its tags, by who signs, and by what it signs for', () => {
    const keys = [
      key('master'),
      key('tagged', {}, { 'key-revoker:operation': 'delete-master-key' }),
      key('updated', {}, { 'key-revoker:operation': 'update-sub-key' }),
      key('managed', {}, { 'key-revoker:signed-by': 'master' }),
    ];
    expect(
      select(PROVIDERS, keys, ALL, none).marks.map((mark) => [mark.secret, mark.operations, mark.signedBy]),
    ).toEqual([
      ['tagged', ['delete-master-key'], undefined],
      ['updated', ['delete-sub-key', 'delete-master-key'], undefined],
      ['managed', ['delete-sub-key'], 'master'],
      ['master', ['delete-master-key'], undefined],
    ]);
  });

  /** A provider with one delete that only the key itself signs, and one that only a managing key signs. */
  const oneSided = {
    ...PROVIDERS,
    bybit: {
      ...PROVIDERS.bybit,
      operations: {
        'delete-own': { kind: 'delete', signers: ['self'], needs: {} },
        'delete-other-own': { kind: 'delete', signers: ['self'], needs: {} },
      },
    },
  } as const;

  it('keeps every delete of a key for which none fits, so that its order says why', () => {
    const keys = [key('managed', {}, { 'key-revoker:signed-by': 'master' })];
    expect(select(oneSided, keys, ALL, none).marks[0]?.operations).toEqual(['delete-own', 'delete-other-own']);
  });

  it('follows the tag of a key that signs for others', () => {
    const keys = [
      key('master', {}, { 'key-revoker:operation': 'delete-other-own' }),
      key('managed', {}, { 'key-revoker:signed-by': 'master' }),
    ];
    expect(select(oneSided, keys, ALL, none).marks.at(-1)?.operations).toEqual(['delete-other-own']);
  });

  it('has a managing key sign for all that name none, but for itself', () => {
    const keys = [key('desk'), key('bot'), key('other', {}, { 'key-revoker:signed-by': 'else' })];
    const marks = select(PROVIDERS, keys, { ...ALL, signedBy: 'desk' }, none).marks;
    expect(marks.map(({ secret, signedBy, isSigner }) => [secret, signedBy, isSigner])).toEqual([
      ['bot', 'desk', false],
      ['other', 'else', false],
      ['desk', undefined, true],
    ]);
  });

  it('leaves out the keys of other providers, and those that are dead but for what it has sent itself', () => {
    const keys = [
      key('alive'),
      key('dead', { found: proved }),
      key('ours', { found: proved }),
      key('kalshi', { provider: 'kalshi' }),
      key('odd', { provider: undefined, problem: 'Cannot read it' }),
      key('odd-kalshi', { provider: 'kalshi', problem: 'Cannot read it' }),
    ];
    const { marks, dead, unreadable } = select(PROVIDERS, keys, ALL, ({ secret }) => secret === 'ours');
    expect(marks.map(({ secret }) => secret)).toEqual(['alive', 'ours']);
    expect(dead.map(({ secret }) => secret.name)).toEqual(['dead']);
    expect(unreadable.map(({ secret }) => secret.name)).toEqual(['odd']);
  });

  it.each(['kalshi', 'requesty'] as const)('knows one delete at %s', (provider) =>
    expect(select(PROVIDERS, [key('a', { provider })], { ...ALL, provider }, none).marks[0]?.operations).toEqual([
      'delete-key',
    ]),
  );
});

const ORDERING = { digest, providers: PROVIDERS };
const INCIDENT: Incident = { reference: 'INC-1', requestedBy: undefined, contain: true, readOnly: false };
const MARK: Mark = {
  secret: 'key-revoker/bot',
  arn: `${ARN}bot`,
  versionId: 'v'.repeat(32),
  provider: 'bybit',
  keyId: 'BOT',
  signedBy: undefined,
  operations: ['delete-sub-key', 'delete-master-key'],
  isSigner: false,
  foreseen: [],
};
const MANAGED: Mark = { ...MARK, signedBy: 'key-revoker/master', operations: ['delete-sub-key'] };

const ended = (outcome: Receipt['outcome'], code: string | null, operation = 'delete-sub-key'): Receipt =>
  receiptForTest({ outcome, code, operation });
const next = (mark: Mark, done: readonly Receipt[], incident = INCIDENT) => nextOrder(ORDERING, incident, mark, done);

describe('nextOrder', () => {
  it('pins the version that was listed, urgent, under an id of its own', () => {
    const { requestId, request } = firstOrder(ORDERING, INCIDENT, MARK);
    expect(requestId).toMatch(/^incident-[0-9a-f]{64}$/);
    expect(request).toMatchObject({
      operation: 'delete-sub-key',
      secretId: MARK.secret,
      secretVersion: MARK.versionId,
      target: 'self',
      reason: 'incident',
      reference: 'INC-1',
    });
    expect(firstOrder(ORDERING, INCIDENT, MANAGED).request).toMatchObject({
      secretId: 'key-revoker/master',
      secretVersion: 'AWSCURRENT',
      target: { secretId: MARK.secret, secretVersion: MARK.versionId },
    });
  });

  it.each<[string, Partial<Incident>, Partial<Mark>]>([
    ['another incident', { reference: 'INC-2' }, {}],
    ['another secret', {}, { arn: `${ARN}other` }],
    ['another version', {}, { versionId: 'w'.repeat(32) }],
    ['another operation', {}, { operations: ['delete-master-key'] }],
  ])('is another for %s', (_what, incident, mark) => {
    const id = firstOrder(ORDERING, { ...INCIDENT, ...incident }, { ...MARK, ...mark }).requestId;
    expect(id).not.toBe(firstOrder(ORDERING, INCIDENT, MARK).requestId);
    expect(firstOrder(ORDERING, { ...INCIDENT, contain: false }, MARK).requestId).toBe(
      firstOrder(ORDERING, INCIDENT, MARK).requestId,
    );
  });

  it('tries the other kind of key where the first was the wrong one', () => {
    const wrong = ended('refused', 'wrong-signer');
    expect(next(MARK, [wrong])?.request.operation).toBe('delete-master-key');
    expect(next(MARK, [wrong, ended('revoked', null, 'delete-master-key')])).toBeUndefined();
    expect(next(MARK, [wrong, ended('refused', 'wrong-signer', 'delete-master-key')])).toBeUndefined();
    expect(next(MANAGED, [wrong])).toBeUndefined();
  });

  it('contains a sub key that its master could not delete, by itself, once', () => {
    const stuck = ended('stuck', 'permission-missing');
    const order = next(MANAGED, [stuck]);
    expect(order?.request).toMatchObject({
      operation: 'update-sub-key',
      secretId: MARK.secret,
      target: 'self',
    });
    expect(order?.request.settings).toEqual({ permissions: {} });
    expect(order?.request.settings).not.toHaveProperty('readOnly');
    const harder = next(MANAGED, [stuck], { ...INCIDENT, readOnly: true });
    expect(harder?.request.settings).toMatchObject({ readOnly: 1 });
    // Under the id of the other it would be taken for sent, once that is done.
    expect(harder?.requestId).not.toBe(order?.requestId);
    expect(next(MANAGED, [stuck, ended('stuck', 'only-in-web-ui', 'update-sub-key')])).toBeUndefined();
  });

  it.each<[string, Mark, Receipt, Partial<Incident>]>([
    ['that is dead', MANAGED, ended('revoked', null), {}],
    ['that was refused', MANAGED, ended('refused', 'target-mismatch'), {}],
    ['without being asked to', MANAGED, ended('stuck', 'unproven'), { contain: false }],
    ['that signs for itself: nobody else could', MARK, ended('stuck', 'permission-missing'), {}],
    ['of another provider', { ...MANAGED, provider: 'kalshi' }, ended('stuck', 'unproven'), {}],
  ])('does not contain a key %s', (_what, mark, receipt, incident) =>
    expect(next(mark, [receipt], { ...INCIDENT, ...incident })).toBeUndefined(),
  );
});

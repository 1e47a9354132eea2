import { describe, expect, it } from 'vitest';
import { text } from '../../infra/policy-reader.ts';
import { textOf } from '../../pages.ts';
import { master } from '../system/orders.ts';
import { type PlayedQuery, playQuery } from '../system/play-query.ts';
import { type System, systemForEachTest } from '../system/system.ts';
import { order, refusing, TROUBLES } from './troubles.ts';

const system = systemForEachTest();

const HOUR = 3_600_000;
const FOLDER = 'KeyRevoker/Revocation/';

interface SavedQuery {
  readonly Name: string;
  readonly QueryString: string;
  readonly LogGroupNames: readonly unknown[];
}

const savedIn = ({ template }: System): ReadonlyMap<string, SavedQuery> =>
  new Map(
    Object.values(template.Resources)
      .filter(({ Type }) => Type === 'AWS::Logs::QueryDefinition')
      .map(({ Properties }) => Properties as unknown as SavedQuery)
      .map((query) => [query.Name.replace(FOLDER, ''), query]),
  );

/** Plays a saved query on all that was logged, with these values in the place of its words in capitals. */
const played = (name: string, values: Readonly<Record<string, string>> = {}): PlayedQuery => {
  const query = savedIn(system()).get(name)?.QueryString ?? '';
  const filled = Object.entries(values).reduce((filling, [word, value]) => filling.replaceAll(word, value), query);
  expect(filled).not.toMatch(/[A-Z]+_[A-Z]+/);
  return playQuery(filled, system().logged());
};

/** Fields that no line of these has, of those that a query names. */
const unknownTo = ({ named, found }: PlayedQuery): readonly string[] =>
  named.filter((name) => !found.some((line) => line[name] !== undefined));

const messagesOf = ({ found }: PlayedQuery): ReadonlySet<unknown> => new Set(found.map(({ message }) => message));

/** The settle window passes, and then a day, after which each key is looked at again. */
const aDayLater = async (): Promise<void> => {
  system().advance(HOUR / 4);
  await system().settle(200);
  system().advance(25 * HOUR);
  await system().lookAfter();
  system().advance(HOUR / 4);
  await system().settle(200);
};

describe('a saved query', () => {
  it('“this request” shows what became of one request and of its key', async () => {
    system().aws.faults.add({ service: 'secretsmanager', action: 'GetSecretValue', kind: 'unavailable', times: 3 });
    system().bybit.faults.script(refusing);
    await order(system(), { requestId: 'INC-1' });
    await system().settle(200);
    system().bybit.faults.clear();
    await order(system(), { requestId: 'INC-2' });
    await system().settle(200);
    await aDayLater();
    const left = played('this request', { REQUEST_ID: 'INC-1' });
    expect(unknownTo(left)).toEqual([]);
    expect([...messagesOf(left)]).toEqual([
      'aws did not answer',
      'request goes on later',
      'request ended',
      'look done',
    ]);
    expect(new Set(left.found.map(({ requestId }) => requestId))).toEqual(new Set(['INC-1']));
    const dead = played('this request', { REQUEST_ID: 'INC-2' });
    expect([...messagesOf(dead)]).toEqual(['request ended', 'key settled', 'look done']);
  });

  it('“this request” finds a refusal by the id that its sender gave', async () => {
    await order(system(), { requestId: 'INC-1' });
    await system().settle(200);
    await order(system(), { requestId: 'INC-1', reason: 'leaked' });
    await system().settle(200);
    const { found } = played('this request', { REQUEST_ID: 'INC-1' });
    expect(found.filter(({ askedId }) => askedId === 'INC-1')).not.toEqual([]);
  });

  it('“this key” shows every request for a key, and that it came back', async () => {
    const { secretId, apiKey } = await master(system(), { n: 1 });
    const body = { provider: 'bybit', operation: 'delete-master-key', target: 'self', secretId };
    system().bybit.faults.script(refusing);
    await system().send({ ...body, requestId: 'INC-1' });
    await system().settle(200);
    system().bybit.faults.clear();
    await system().send({ ...body, requestId: 'INC-2' });
    await order(system());
    await system().settle(200);
    system().advance(HOUR / 4);
    await system().settle(200);
    system().bybit.revive('mainnet', apiKey);
    await aDayLater();
    const [{ key } = { key: undefined }] = system().receipts();
    const values = { KEY_DIGEST: key?.digest ?? '', KEY_NAME: `bybit/mainnet/${apiKey}` };
    const query = played('this key', values);
    expect(unknownTo(query)).toEqual([]);
    expect([...messagesOf(query)]).toEqual(expect.arrayContaining(['request ended', 'key settled', 'resurrected']));
    const others = playQuery(savedIn(system()).get('this key')?.QueryString ?? '', system().logged());
    expect(others.found).toEqual([]);
    expect(query.found.length).toBeLessThan(
      system()
        .logged()
        .filter((line) => 'keyDigest' in line || 'key' in line).length,
    );
  });

  it('“why is it waiting” shows every reason, of the request, of a limit and of AWS', async () => {
    await TROUBLES.urgentWaiting(system());
    system().bybit.faults.clear();
    await system().settle();
    await TROUBLES.accessDenied(system());
    system().aws.faults.add({ service: 'secretsmanager', action: 'GetSecretValue', kind: 'unavailable', times: 3 });
    await order(system());
    await system().settle();
    // Last: such a request waits until the next hour.
    await TROUBLES.limitReached(system());
    const query = played('why is it waiting');
    expect(unknownTo(query)).toEqual([]);
    expect([...messagesOf(query)].toSorted()).toEqual([
      ...['access denied', 'aws did not answer', 'limit reached', 'request goes on later', 'urgent request waits'],
    ]);
  });

  it.each([
    ['what is denied', 'accessDenied'],
    ['what is forged', 'recordsForged'],
  ] as const)('“%s” shows that', async (name, trouble) => {
    await TROUBLES[trouble](system());
    const query = played(name);
    expect(query.found).not.toEqual([]);
    expect(unknownTo(query)).toEqual([]);
  });

  it('“what cannot be read” shows items, and what a sweep could not serve', async () => {
    await TROUBLES.itemFaults(system());
    const query = played('what cannot be read');
    expect(unknownTo({ ...query, named: ['message', 'pk', 'sk', 'faults'] })).toEqual([]);
    // These are in the line `ledger item failed`.
    expect(query.named).toEqual(['message', 'pk', 'sk', 'faults', 'what', 'name', 'problem']);
  });
});

describe('the saved queries', () => {
  it('look at the log of both functions', () => {
    const groups = Object.entries(system().template.Resources).flatMap(([id, { Type }]) =>
      Type === 'AWS::Logs::LogGroup' ? [`ref:${id}`] : [],
    );
    expect(groups).toHaveLength(2);
    for (const { LogGroupNames } of savedIn(system()).values()) expect(LogGroupNames.map(text)).toEqual(groups);
  });

  it('are all that the runbook tells to run, by their names', () => {
    const runbook = textOf('docs/runbook.md');
    const named = [...runbook.matchAll(/query \*([^*]+)\*/g)].map(([, name = '']) => name.replaceAll('\n', ' '));
    expect(new Set(named)).toEqual(new Set(savedIn(system()).keys()));
    expect(runbook).not.toMatch(/^filter /m);
  });
});

describe('the player of queries', () => {
  it.each(['filter message like /x/', 'parse message "*"', 'sort message asc', 'stats max(attempt) by requestId'])(
    'does not take %s for something that it knows',
    (command) => expect(() => playQuery(command, [])).toThrow('Cannot play'),
  );
});

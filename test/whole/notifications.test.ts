import { describe, expect, it } from 'vitest';
import { BLOCKS } from '../pages.ts';
import { MASTER_KEY, master } from './system/orders.ts';
import { type System, systemForEachTest } from './system/system.ts';

const system = systemForEachTest();

const DELETE = { provider: 'bybit', operation: 'delete-master-key', target: 'self' };

/** One request that ends as revoked, one that is refused, one plan. */
const threeEnds = async (running: System, fields: object = {}): Promise<void> => {
  const { secretId } = await master(running);
  await running.send({ ...DELETE, secretId, dryRun: true, requestId: 'planned' });
  await running.send({ ...DELETE, secretId, expectedEnvironment: 'demo', requestId: 'refused', reference: '<!here>' });
  await running.settle();
  await running.send({ ...DELETE, secretId, requestId: 'revoked', ...fields });
  await running.settle();
};

describe('people', () => {
  it('are told in a chat of what was refused and of what is dead', async () => {
    const take = await system().subscribe('notifications');
    await threeEnds(system());
    const chats = (await take()).map(({ body }) => JSON.parse(body));
    expect(chats.map(({ content }) => content.title)).toEqual([
      'Key refused (environment-mismatch) bybit/delete-master-key',
      'Key revoked bybit/delete-master-key mainnet',
    ]);
    expect(chats[0].content.nextSteps).toEqual(['Correct expectedEnvironment or the secret']);
    expect(JSON.stringify(chats)).not.toMatch(/[<>]/);
  });

  it('need not be reached for a receipt to be published and the request to be over', async () => {
    const { secretId } = await master(system());
    const containing = encodeURIComponent(system().deployment.outputs['NotificationsTopicArn'] ?? '');
    system().aws.faults.add({ service: 'sns', action: 'Publish', kind: 'unavailable', times: 3, containing });
    await system().send({ ...DELETE, secretId });
    await system().settle();
    expect(system().bybit.isAlive('mainnet', MASTER_KEY)).toBe(false);
    expect(system().receipts()).toMatchObject([{ outcome: 'revoked' }]);
    expect(system().aws.faults.pending()).toEqual([]);
    expect(await system().waiting()).toEqual([]);
  });
});

/** What the README subscribes with, topic by topic. */
const shown = BLOCKS.filter(({ section }) => section === 'Read a receipt').flatMap(({ text }) =>
  [...text.matchAll(/^aws sns subscribe .*"\$(\w+)_TOPIC_ARN".*--attributes '([^']+)'/gms)].map(
    ([, topic = '', attributes = '']) => [topic.toLowerCase() as 'results', JSON.parse(attributes)] as const,
  ),
);

it('the filters that the README shows let through what it says', async () => {
  const takes = await Promise.all(shown.map(([topic, attributes]) => system().subscribe(topic, attributes)));
  await threeEnds(system(), { reason: 'leaked' });
  const taken = await Promise.all(takes.map((take) => take()));
  const outcomes = taken.map((messages) => messages.map(({ attributes }) => attributes['outcome']));
  // The topic for people has only trouble, and the filtered results topic only the death of a leaked key.
  expect(shown.map(([topic], index) => [topic, outcomes[index]])).toEqual([
    ['notifications', ['refused']],
    ['results', ['revoked']],
  ]);
});

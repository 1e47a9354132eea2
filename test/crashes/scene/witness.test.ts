import { expect, it } from 'vitest';
import { KEY, RECEIPT, START } from '../../laws/evidence-for-test.ts';
import { ORDER } from './order-for-test.ts';
import { witness } from './witness.ts';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:results';
const ROLE = 'AROAEXAMPLE';

const publish = (message: unknown, topic = TOPIC, by = ROLE) => ({
  service: 'sns' as const,
  action: 'Publish',
  headers: { authorization: `AWS4-HMAC-SHA256 Credential=${by}/20261120/us-east-1/sns/aws4_request` },
  body: new URLSearchParams({ Action: 'Publish', TopicArn: topic, Message: JSON.stringify(message) }).toString(),
});

const watching = () => {
  const ends: number[] = [];
  const seen = witness((ended) => ends.push(ended));
  const kalshi = { isAlive: (world: string, keyId: string) => world === 'prod' && keyId === KEY, record: [1, 2] };
  const scene = { sandboxes: { kalshi }, time: { now: () => START }, outputs: { ResultsTopicArn: TOPIC } };
  seen.watch(scene as unknown as Parameters<typeof seen.watch>[0], [ORDER]);
  return { ...seen, ends };
};

it('notes what a receipt says, and what is true of its key at that instant', () => {
  const { hear, said, ends } = watching();
  for (const receipt of [{ ...RECEIPT, final: false }, RECEIPT, RECEIPT]) hear(publish(receipt));
  expect(said).toHaveLength(3);
  expect(said[1]).toEqual({ receipt: RECEIPT, at: START, isAlive: true, after: { kalshi: 2 } });
  expect(ends).toEqual([1]);
});

it('takes nothing for a receipt that is for people, or that the run itself sends', () => {
  const { hear, said } = watching();
  hear(publish({ default: 'The key is gone' }, `${TOPIC}-for-people`));
  hear(publish(RECEIPT, TOPIC, 'local'));
  expect(said).toEqual([]);
});

it.each([
  ['publishes', (secret: string) => publish(`a key and its ${secret}`, `${TOPIC}-for-people`)],
  ['sends', (secret: string) => ({ ...publish(''), service: 'sqs' as const, body: `{"MessageBody":"${secret}"}` })],
])('hears a secret in what a function %s', (_how, call) => {
  const { hear, canary } = watching();
  canary.guard({ apiSecret: 'canary/5b1f09c2d7+x' });
  hear(call('canary/5b1f09c2d7+x'));
  expect(canary.heard()).toHaveLength(1);
});

it('keeps the lines of each order apart, and hears a secret in any of them', () => {
  const { line, linesOf, canary } = watching();
  canary.guard({ apiSecret: 'canary/5b1f09c2d7+x' });
  line(1, 'one');
  line(2, 'canary/5b1f09c2d7+x');
  line(1, 'more');
  expect(linesOf(1)).toEqual(['one', 'more']);
  expect(canary.heard()).toEqual(['canary: cana… was seen in a line of a function']);
});

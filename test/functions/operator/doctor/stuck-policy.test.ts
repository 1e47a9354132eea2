import { expect, it } from 'vitest';
import { stuckPolicyFinding } from '../../../../functions/operator/doctor/stuck-policy.ts';

const ARNS = ['requests', 'urgent', 'rechecks'].map((name) => `arn:aws:sqs:eu-west-1:123456789012:${name}`);
const [REQUESTS] = ARNS;
const lane = (queueName: string) => ({ queueName, eventSourceMappingId: 'm' });

const foundOf = (policy: string | object | undefined) => {
  const text = policy === undefined || typeof policy === 'string' ? policy : JSON.stringify(policy);
  const sqs = { send: async () => ({ Attributes: text === undefined ? undefined : { RedriveAllowPolicy: text } }) };
  const card = {
    stuckQueueUrl: 'https://sqs/stuck',
    requestsQueueUrl: 'https://sqs/requests',
    requestsQueueArn: REQUESTS,
    lanes: { urgent: lane('urgent'), rechecks: lane('rechecks') },
  };
  return stuckPolicyFinding({ sqs, card } as never);
};

const EVERYONE = 'Everyone in the account who can create a queue can put messages on the stuck queue, past its policy';
const OTHERS = 'Everyone who can change the other named queues can put messages on the stuck queue, past its policy';
const lacks = (...arns: readonly (string | undefined)[]): string =>
  `Its RedriveAllowPolicy does not name as a source: ${arns.join(', ')}`;

it.each<[string, string | object | undefined, string, string?]>([
  ['no policy', undefined, 'note', EVERYONE],
  ['a policy that cannot be read', 'x', 'note', EVERYONE],
  ['every queue', { redrivePermission: 'allowAll' }, 'note', EVERYONE],
  ['the queues of all lanes', { redrivePermission: 'byQueue', sourceQueueArns: ARNS }, 'well'],
  [
    'only the requests queue',
    { redrivePermission: 'byQueue', sourceQueueArns: [REQUESTS] },
    'wrong',
    lacks(...ARNS.slice(1)),
  ],
  ['another queue as well', { redrivePermission: 'byQueue', sourceQueueArns: [...ARNS, 'arn:x'] }, 'note', OTHERS],
  ['only another queue', { redrivePermission: 'byQueue', sourceQueueArns: ['arn:x'] }, 'wrong', lacks(...ARNS)],
  ['no queue', { redrivePermission: 'denyAll' }, 'wrong', lacks(...ARNS)],
  ['a list that is none', { redrivePermission: 'byQueue', sourceQueueArns: REQUESTS }, 'wrong', lacks(...ARNS)],
])('a stuck queue whose policy names %s', async (_what, policy, verdict, says) => {
  const finding = await foundOf(policy);
  expect([finding.verdict, finding.says[0]]).toEqual([verdict, says]);
  expect(finding.says).toHaveLength(says === undefined ? 0 : 2);
});

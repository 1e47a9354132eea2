import { expect, it } from 'vitest';
import { stuckPolicyFinding } from '../../../../functions/operator/doctor/stuck-policy.ts';

const REQUESTS = 'arn:aws:sqs:eu-west-1:123456789012:requests';

const foundOf = (policy: string | object | undefined) => {
  const text = policy === undefined || typeof policy === 'string' ? policy : JSON.stringify(policy);
  const sqs = { send: async () => ({ Attributes: text === undefined ? undefined : { RedriveAllowPolicy: text } }) };
  const card = { stuckQueueUrl: 'https://sqs/stuck', requestsQueueArn: REQUESTS };
  return stuckPolicyFinding({ sqs, card } as never);
};

const EVERYONE = 'Everyone in the account who can create a queue can put messages on the stuck queue, past its policy';
const OTHERS = 'Everyone who can change the other named queues can put messages on the stuck queue, past its policy';
const LACKING = 'Its RedriveAllowPolicy does not name the requests queue as a source';

it.each<[string, string | object | undefined, string, string?]>([
  ['no policy', undefined, 'note', EVERYONE],
  ['a policy that cannot be read', 'x', 'note', EVERYONE],
  ['every queue', { redrivePermission: 'allowAll' }, 'note', EVERYONE],
  ['the requests queue', { redrivePermission: 'byQueue', sourceQueueArns: [REQUESTS] }, 'well'],
  ['another queue as well', { redrivePermission: 'byQueue', sourceQueueArns: [REQUESTS, 'arn:x'] }, 'note', OTHERS],
  ['only another queue', { redrivePermission: 'byQueue', sourceQueueArns: ['arn:x'] }, 'wrong', LACKING],
  ['no queue', { redrivePermission: 'denyAll' }, 'wrong', LACKING],
  ['a list that is none', { redrivePermission: 'byQueue', sourceQueueArns: REQUESTS }, 'wrong', LACKING],
])('a stuck queue whose policy names %s', async (_what, policy, verdict, says) => {
  const finding = await foundOf(policy);
  expect([finding.verdict, finding.says[0]]).toEqual([verdict, says]);
  expect(finding.says).toHaveLength(says === undefined ? 0 : 2);
});

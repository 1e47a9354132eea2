import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { readObject } from '../../core/json.ts';
import { fromAws } from '../deployment/aws-trouble.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Diagnosis } from './finding.ts';

const REMEDY =
  'Set RedriveAllowPolicy of the stuck queue once to byQueue with only the requests queue: docs/operations.md says how';

const note = (who: string): Diagnosis => ({
  verdict: 'note',
  says: [`${who} can put messages on the stuck queue, past its policy`, REMEDY],
});

const EVERYONE = 'Everyone in the account who can create a queue';

/** What a redrive allow policy permits. No policy is as `allowAll`. */
const judged = (policy: string | undefined, requestsQueueArn: string): Diagnosis => {
  if (policy === undefined) return note(EVERYONE);
  const read = readObject(policy);
  const { redrivePermission, sourceQueueArns = [] } = 'object' in read ? read.object : {};
  const arns: readonly unknown[] = Array.isArray(sourceQueueArns) ? sourceQueueArns : [];
  if (redrivePermission === 'denyAll' || (redrivePermission === 'byQueue' && !arns.includes(requestsQueueArn)))
    return {
      verdict: 'wrong',
      says: ['Its RedriveAllowPolicy does not name the requests queue as a source', REMEDY],
    };
  if (redrivePermission !== 'byQueue') return note(EVERYONE);
  return arns.length === 1 ? { verdict: 'well', says: [] } : note('Everyone who can change the other named queues');
};

/**
 * Whether others can name the stuck queue as their own dead-letter queue. The template cannot say this.
 *
 * @throws Failure where AWS does not answer
 */
export const stuckPolicyFinding = async ({ sqs, card }: Deployed): Promise<Diagnosis> => {
  const ask = new GetQueueAttributesCommand({ QueueUrl: card.stuckQueueUrl, AttributeNames: ['RedriveAllowPolicy'] });
  const { Attributes = {} } = await fromAws('read the policy of the stuck queue', sqs.send(ask));
  return judged(Attributes['RedriveAllowPolicy'], card.requestsQueueArn);
};

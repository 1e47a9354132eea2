import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { readObject } from '../../core/json.ts';
import { laneIn, lanesIn } from '../../core/request/deployment-card.ts';
import { fromAws } from '../deployment/aws-trouble.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Diagnosis } from './finding.ts';

const REMEDY =
  'Set RedriveAllowPolicy of the stuck queue once to byQueue with only the queues of requests and rechecks: docs/operations.md says how';

const note = (who: string): Diagnosis => ({
  verdict: 'note',
  says: [`${who} can put messages on the stuck queue, past its policy`, REMEDY],
});

const EVERYONE = 'Everyone in the account who can create a queue';

/** What a redrive allow policy permits. No policy is as `allowAll`. @param sources the queues that have to be named */
const judged = (policy: string | undefined, sources: readonly string[]): Diagnosis => {
  if (policy === undefined) return note(EVERYONE);
  const read = readObject(policy);
  const { redrivePermission, sourceQueueArns = [] } = 'object' in read ? read.object : {};
  const arns: readonly unknown[] = Array.isArray(sourceQueueArns) ? sourceQueueArns : [];
  const lacking = redrivePermission === 'denyAll' ? sources : sources.filter((arn) => !arns.includes(arn));
  if ((redrivePermission === 'denyAll' || redrivePermission === 'byQueue') && lacking.length > 0)
    return {
      verdict: 'wrong',
      says: [`Its RedriveAllowPolicy does not name as a source: ${lacking.join(', ')}`, REMEDY],
    };
  if (redrivePermission !== 'byQueue') return note(EVERYONE);
  return arns.length === sources.length
    ? { verdict: 'well', says: [] }
    : note('Everyone who can change the other named queues');
};

/**
 * Whether others can name the stuck queue as their own dead-letter queue. The template cannot say this.
 *
 * @throws Failure where AWS does not answer
 */
export const stuckPolicyFinding = async ({ sqs, card }: Deployed): Promise<Diagnosis> => {
  const ask = new GetQueueAttributesCommand({ QueueUrl: card.stuckQueueUrl, AttributeNames: ['RedriveAllowPolicy'] });
  const { Attributes = {} } = await fromAws('read the policy of the stuck queue', sqs.send(ask));
  const sources = lanesIn(card).map((lane) => laneIn(card, lane).queueArn);
  return judged(Attributes['RedriveAllowPolicy'], sources);
};

import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { fromAws } from '../deployment/aws-trouble.ts';
import type { Deployed } from '../deployment/connect.ts';
import { type Diagnosis, orNote } from './finding.ts';

/** With fewer executions at once, one slow batch holds up every other urgent request. */
const LEAST = 2;

const WELL: Diagnosis = { verdict: 'well', says: [] };
const note = (text: string): Diagnosis => ({ verdict: 'note', says: [text] });

/**
 * Whether the account leaves the function for urgent requests two concurrent executions, while the other functions of the deployment use
 * all that they may.
 *
 * @returns undefined for a deployment that has no such function
 */
export const urgentRoom = async ({ card, lambda }: Deployed): Promise<Diagnosis | undefined> => {
  const { concurrency } = card;
  if (concurrency === undefined) return undefined;
  const { requests, rechecks, reserved } = concurrency;
  if (reserved.urgent !== undefined) return WELL;
  return orNote(async () => {
    const settings = await fromAws('read the limits of the account', lambda.send(new GetAccountSettingsCommand({})));
    const unreserved = settings.AccountLimit?.UnreservedConcurrentExecutions ?? 0;
    // The sweep takes one.
    const others = 1 + (reserved.other === undefined ? requests + rechecks : 0);
    const left = Math.max(0, unreserved - others);
    if (left >= LEAST) return WELL;
    return note(
      `The account has ${unreserved} concurrent executions that are not reserved, and the other functions of this deployment may use ${others}: ${left} are left for urgent requests, and ${LEAST} are needed. Ask AWS for more, or lower maxConcurrency`,
    );
  });
};

import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { EpochMs } from '../../core/epoch.ts';
import { type CaseItem, ownerOf } from '../../core/ledger/case-item.ts';
import { caseKey, isRecheckName, requestIdOf, requestKey } from '../../core/ledger/keys.ts';
import { type Forgotten, type ForgottenItem, forgottenKey } from '../../core/ledger/operator-items.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import { updateItem } from '../../core/ledger/update-item.ts';
import { classOf } from '../../edge/aws/error-class.ts';
import { fromAws } from '../deployment/aws-trouble.ts';
import type { Deployed } from '../deployment/connect.ts';
import { EXIT, Failure } from '../terminal/failure.ts';

/** How often a case is read again if another writer came in between. */
const MOST_TRIES = 5;

/** @returns false if another writer has changed the case since */
const writeForgotten = async (
  { documents, card, newId }: Deployed,
  name: string,
  { found, forgotten }: { readonly found: CaseItem; readonly forgotten: Forgotten },
): Promise<boolean> => {
  const update = new UpdateCommand({
    TableName: card.ledgerTable,
    Key: caseKey(name),
    UpdateExpression: 'SET #forgotten = :forgotten, #state = :state, #rev = :rev, #nonce = :nonce REMOVE #leftOpenBy',
    ConditionExpression: '#rev = :before',
    ExpressionAttributeNames: {
      '#forgotten': 'forgotten',
      '#state': 'state',
      '#rev': 'rev',
      '#nonce': 'nonce',
      '#leftOpenBy': 'leftOpenBy',
    },
    ExpressionAttributeValues: {
      ':forgotten': forgotten,
      ':state': 'forgotten-case' satisfies CaseItem['state'],
      ':rev': found.rev + 1,
      ':nonce': newId(),
      ':before': found.rev,
    },
  });
  const written = documents.send(update).then(
    () => true,
    (error: unknown) => {
      if (classOf(error) === 'ConditionalCheckFailedException') return false;
      throw error;
    },
  );
  return fromAws('write to the ledger', written);
};

/** What became of the key's case. */
export type Closed = 'closed' | 'no case' | 'proved' | 'another’s';

/** Who is at work on the key of a case, the given request apart; `undefined`: nobody is. */
const atWorkOn = ({ attempts, lease }: CaseItem, requestId: string, now: EpochMs): string | undefined => {
  const open = Object.entries(attempts).find(
    ([name, { ended }]) => ended === undefined && !isRecheckName(name) && requestIdOf(name) !== requestId,
  );
  if (open !== undefined) return open[0];
  return lease && lease.until > now ? 'a recheck' : undefined;
};

/**
 * Closes a case as it stands now.
 *
 * @returns `undefined` if another writer has changed the case since
 * @throws Failure where a request is at work on the key
 */
const closeOnce = async (
  deployed: Deployed,
  { requestId, name }: { readonly requestId: string; readonly name: string },
  forgotten: Forgotten,
): Promise<Closed | undefined> => {
  const found = await deployed.ledger.read<CaseItem>(caseKey(name));
  if (found === undefined) return 'no case';
  if (found.proved) return 'proved';
  const atWork = atWorkOn(found, requestId, deployed.clock.now());
  if (atWork !== undefined)
    throw new Failure(EXIT.failed, `Cannot forget ${requestId} now: ${atWork} is working on the same key. Try again`);
  const owner = ownerOf(found);
  if (owner !== undefined && requestIdOf(owner) !== requestId) return 'another’s';
  return (await writeForgotten(deployed, name, { found, forgotten })) ? 'closed' : undefined;
};

/**
 * Closes the case that a request has left open.
 *
 * @throws Failure where a request is at work on the key
 */
const closeCase = async (deployed: Deployed, item: RequestItem, forgotten: Forgotten): Promise<Closed> => {
  const { requestId, pin = item.former } = item;
  if (pin === undefined) return 'no case';
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const closed = await closeOnce(deployed, { requestId, name: pin.keyName }, forgotten);
    if (closed !== undefined) return closed;
  }
  throw new Failure(EXIT.failed, 'Cannot close the case: others keep writing to it. Try again');
};

interface Forgettable {
  readonly requestId: string;
  readonly attempt: number;
  /** Its message crashed the function until it was moved to the stuck queue: nothing of it is under way any more. */
  readonly crashed?: boolean;
}

/**
 * Has nobody look after a request's key any more, though it may live: by whom and why is kept.
 *
 * @throws Failure where the request is not over, or AWS does not answer
 */
export const forget = async (
  deployed: Deployed,
  { requestId, attempt, crashed = false }: Forgettable,
  forgotten: Forgotten,
): Promise<Closed> => {
  const item = await deployed.ledger.read<RequestItem>(requestKey(requestId, false));
  const isUnderWay = item !== undefined && item.ended === undefined && !(crashed && attempt >= item.attempt);
  if (isUnderWay)
    throw new Failure(EXIT.failed, `Cannot forget ${requestId}: the request has not ended, and continues by itself`);
  const closed = item === undefined ? 'no case' : await closeCase(deployed, item, forgotten);
  await updateItem<ForgottenItem>(deployed, forgottenKey(requestId), () => ({
    ...forgotten,
    requestId,
    attempt: Math.max(attempt, item?.attempt ?? 0),
  }));
  return closed;
};

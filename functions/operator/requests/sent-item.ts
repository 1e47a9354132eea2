import { requestKey } from '../../core/ledger/keys.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import { isSameRequest } from '../../core/ledger/same-request.ts';
import type { RevocationRequest } from '../../core/request/revocation-request.ts';
import type { Deployed } from '../deployment/connect.ts';

/** A request as it was sent. */
export interface SentRequest {
  readonly requestId: string;
  readonly planOnly: boolean;
  readonly request: RevocationRequest;
  /** SQS's name for the message; absent if another run has sent it. */
  readonly messageId: string | undefined;
}

/**
 * What the ledger holds of a request that was sent. It is kept under the id of its message if it was refused for its form, its id or its
 * attempt, and if another request has its id: nobody gets the answer to the request of another sender.
 */
export const sentItem = async (
  deployed: Pick<Deployed, 'ledger' | 'digest' | 'providers'>,
  { requestId, planOnly, request, messageId }: SentRequest,
): Promise<RequestItem | undefined> => {
  const { ledger } = deployed;
  const [own, named] = await Promise.all([
    messageId === undefined ? undefined : ledger.read<RequestItem>(requestKey(messageId, false)),
    ledger.read<RequestItem>(requestKey(requestId, planOnly)),
  ]);
  return own ?? (named !== undefined && isSameRequest(deployed, named, request) ? named : undefined);
};

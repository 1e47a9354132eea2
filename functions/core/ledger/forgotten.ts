import type { Ports } from '../ports.ts';
import { type ForgottenItem, forgottenKey } from './operator-items.ts';
import type { RequestItem } from './request-item.ts';

/** Whether somebody has taken it upon them that nobody goes on with a request, as far as it has come. */
export const isForgotten = async (
  { ledger }: Pick<Ports, 'ledger'>,
  { requestId, attempt }: Pick<RequestItem, 'requestId' | 'attempt'>,
): Promise<boolean> => {
  const forgotten = await ledger.read<ForgottenItem>(forgottenKey(requestId));
  return forgotten !== undefined && forgotten.attempt >= attempt;
};

import type { Exchange } from '../../../infra/local/sandbox/index.ts';
import { OUTAGE } from '../system/outage.ts';
import type { Attempt, Called } from './model.ts';

/** How a call was answered, as the attempt can know it; `put off` for a limit. */
export type CallReply = 'accepted' | 'refused' | 'put off' | 'lost';

const TOO_MANY = 429;
const ANY: readonly CallReply[] = ['accepted', 'refused', 'put off', 'lost'];

/** What the provider itself came to. */
const real = ({ status, applied }: Exchange): CallReply => {
  if (applied) return 'accepted';
  return status === TOO_MANY ? 'put off' : 'refused';
};

const repliesIn = (exchange: Exchange): readonly CallReply[] => {
  const { status, faultName } = exchange;
  if (faultName === undefined) return [real(exchange)];
  if (status === 0) return ['lost'];
  if (faultName === OUTAGE) return ['refused'];
  return status === TOO_MANY ? ['put off'] : ANY;
};

/** By the provider's own record; of a reply that a fault has changed, all that it may be taken for. */
export const repliesTo = ({ seq, isCut }: Called, record: readonly Exchange[]): readonly CallReply[] => {
  const exchange = record[seq - 1];
  // What came back may not have come into the ledger.
  return exchange === undefined ? ANY : [...repliesIn(exchange), ...(isCut ? (['lost'] as const) : [])];
};

/** Whether one of the attempt's calls may have been answered so; one that is only in the ledger was lost. */
export const mayBe = ({ calls, attempted }: Attempt, record: readonly Exchange[], reply: CallReply): boolean =>
  calls.some((call) => repliesTo(call, record).includes(reply)) || (reply === 'lost' && attempted > calls.length);

/** Whether one of them was certainly answered so. */
export const isSurely = ({ calls, attempted }: Attempt, record: readonly Exchange[], reply: CallReply): boolean =>
  calls.some((call) => repliesTo(call, record).every((one) => one === reply)) ||
  (reply === 'lost' && attempted > calls.length);

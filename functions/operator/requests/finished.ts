import type { RequestItem } from '../../core/ledger/request-item.ts';
import { type FinalOutcome, needsPerson } from '../../core/outcome.ts';
import type { Receipt } from '../../core/receipt.ts';
import { EXIT, type Exit } from '../terminal/failure.ts';
import { forbidding } from './forecast.ts';

/** A request that has ended, with the receipt that it ended in. */
export type Finished = RequestItem & { readonly receipt: Receipt };

export const isFinished = (
  item: RequestItem | undefined,
  { attempt }: Pick<RequestItem, 'attempt'>,
): item is Finished => item !== undefined && item.attempt >= attempt && item.receipt !== undefined;

/** The findings that do not confirm an end. */
const NOT_SO: readonly Receipt['outcome'][] = ['unconfirmed', 'resurrected', 'widened'];

/** The exit status that reports an end, or a finding, to a script. */
export const exitOf = ({ outcome, code }: Pick<Receipt, 'outcome' | 'code'>): Exit =>
  needsPerson(`${outcome}/${code}` as FinalOutcome) || NOT_SO.includes(outcome) ? EXIT.stuck : EXIT.done;

/** The exit status of a request. A plan of what would not end well ends as badly. */
export const exitOfRequest = ({ receipt, ended }: Pick<Finished, 'receipt' | 'ended'>): Exit => {
  const { outcome, forecast = [] } = ended?.plan ?? {};
  const isBad = (outcome !== undefined && needsPerson(outcome)) || forbidding(forecast).length > 0;
  return isBad ? EXIT.stuck : exitOf(receipt);
};

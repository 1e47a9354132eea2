import type { CaseItem, EndFinding } from '../../core/ledger/case-item.ts';
import { attemptName, caseKey, requestKey } from '../../core/ledger/keys.ts';
import { ENDED_REQUESTS } from '../../core/ledger/lists.ts';
import type { Ended, RequestItem } from '../../core/ledger/request-item.ts';
import type { Receipt } from '../../core/receipt.ts';
import { canonical } from '../../core/request/canonical.ts';
import type { Deployed } from '../deployment/connect.ts';
import { type Timeline, timelineOf } from '../timeline/instants.ts';
import type { HistoryEntry } from './entry.ts';

/** All that the ledger holds of a request that has ended. */
export interface EndRecord {
  readonly entry: HistoryEntry;
  readonly item: RequestItem & { readonly receipt: Receipt; readonly ended: Ended };
  readonly found: EndFinding | undefined;
  /** SHA-256 of the receipt as JSON with sorted names and without blanks, in lower-case hex. */
  readonly digest: string;
  readonly timeline: Timeline;
}

const hasEnded = (item: RequestItem | undefined): item is EndRecord['item'] =>
  item?.receipt !== undefined && item.ended !== undefined;

/**
 * What the ledger holds of a request and of what was found later.
 *
 * @returns undefined if the ledger holds no end under this id
 * @throws Unavailable if the ledger does not answer
 */
export const endRecord = async (deployed: Deployed, requestId: string): Promise<EndRecord | undefined> => {
  const { ledger, digest } = deployed;
  const item = await ledger.read<RequestItem>(requestKey(requestId, false));
  if (!hasEnded(item)) return undefined;
  const { pin, receipt, ended, withdrawnAt } = item;
  const held = pin && (await ledger.read<CaseItem>(caseKey(pin.keyName)));
  const found = held?.found?.[attemptName(item)];
  return {
    entry: { ...ENDED_REQUESTS.briefOf(item), found },
    item,
    found,
    digest: digest(canonical(receipt)),
    timeline: timelineOf(receipt, { endedAt: ended.at, found, withdrawnAt }),
  };
};

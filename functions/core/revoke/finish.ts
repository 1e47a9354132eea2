import { toIso } from '../epoch.ts';
import { NotYet } from '../fault.ts';
import type { AttemptRecord } from '../ledger/case-item.ts';
import { requestKey } from '../ledger/keys.ts';
import type { Ended, RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import { isDead, needsPerson } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import type { Receipt } from '../receipt.ts';
import { endFacts } from '../receipts/log-facts.ts';
import { finalReceipt } from '../receipts/make-receipt.ts';
import { sendRecheck, setAside } from './enqueue.ts';

/** A request that has ended: that and its receipt are written at once. */
type EndedRequest = RequestItem & { readonly ended: Ended; readonly receipt: Receipt };

const hasReceipt = (item: RequestItem | undefined): item is EndedRequest => item?.receipt !== undefined;

const ledgerKey = ({ requestId, planOnly }: RequestItem) => requestKey(requestId, planOnly);

/**
 * Writes how a request ended, with its whole receipt, once: what stands there already stays.
 *
 * @throws NotYet where another delivery has pinned the request since this one read it: a call of that may be on its way
 */
const withReceipt = (
  ports: Ports,
  item: RequestItem,
  ended: Ended,
  progress: AttemptRecord | undefined,
): Promise<RequestItem | undefined> =>
  updateItem<RequestItem>(ports, ledgerKey(item), (current) => {
    if (current?.attempt !== item.attempt || current.receipt) return undefined;
    if (current.pin && item.pin === undefined && !item.planOnly) throw new NotYet({ code: 'in-progress' });
    const receipt = finalReceipt(current, progress, ended, ports.digest);
    return { ...current, ended, receipt, state: undefined, at: ended.at };
  });

/** How long after a proof the key is looked at once more, in seconds. */
const RECHECK_SECONDS = 600;

const tagTarget = async (
  ports: Ports,
  { pin, planOnly, requestId }: RequestItem,
  { outcome, at }: Ended,
): Promise<void> => {
  const arn = pin?.self ? pin.signer.arn : pin?.target?.arn;
  if (arn === undefined || planOnly) return;
  const tags = { 'key-revoker:status': outcome, ...(isDead(outcome) ? { 'key-revoker:proved-at': toIso(at) } : {}) };
  await ports.vault.tag(arn, tags).catch(() => ports.log.warn('secret not tagged', { requestId, outcome }));
};

/** One that does not go out is made up for by the daily look. */
const sendRecheckLater = async ({ outbox, log }: Ports, item: RequestItem): Promise<void> => {
  await sendRecheck(outbox, item, RECHECK_SECONDS).catch(() =>
    log.warn('second look not sent', { requestId: item.requestId }),
  );
};

/**
 * Ends a request: the receipt into the ledger, the copy for the stuck queue, the receipt to its readers, the mark that it was published.
 * Whatever of this an earlier delivery did is not done again.
 */
export const publishEnd = async (
  ports: Ports,
  item: RequestItem,
  ended: Ended,
  progress?: AttemptRecord,
): Promise<void> => {
  const done = await withReceipt(ports, item, ended, progress);
  if (!hasReceipt(done) || done.published) return;
  const { receipt } = done;
  const { outcome } = done.ended;
  // Nobody asked for a key to die that is planned for only.
  if (needsPerson(outcome) && !done.request?.dryRun) await setAside(ports.outbox, done);
  await ports.outbox.publish(receipt);
  await updateItem<RequestItem>(ports, ledgerKey(item), (current) =>
    current?.receipt?.receiptId === receipt.receiptId && !current.published
      ? { ...current, published: true }
      : undefined,
  );
  ports.log.info('request ended', endFacts(receipt));
  await tagTarget(ports, done, done.ended);
  if (isDead(outcome) && done.pin) await sendRecheckLater(ports, done);
};

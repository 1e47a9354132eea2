import { after, type EpochMs } from '../../core/epoch.ts';
import { requestKey } from '../../core/ledger/keys.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import { needsPerson, type FinalOutcome as Outcome } from '../../core/outcome.ts';
import type { Receipt } from '../../core/receipt.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { inWords } from '../terminal/duration.ts';
import { EXIT, type Exit, Failure } from '../terminal/failure.ts';
import { caseOf, progressOf } from './standing.ts';

/** Polls come this much apart: at first as often as somebody looks, later as often as anything changes. */
const POLLS_MS = [500, 500, 1_000, 1_000, 2_000, 3_000, 5_000] as const;

/** A request to be waited for. */
export interface Followed {
  readonly requestId: string;
  readonly planOnly: boolean;
  /** The least attempt whose end counts. */
  readonly attempt: number;
}

/** A request that has ended, with the receipt that it ended in. */
export type Finished = RequestItem & { readonly receipt: Receipt };

export const isFinished = (item: RequestItem | undefined, { attempt }: Pick<Followed, 'attempt'>): item is Finished =>
  item !== undefined && item.attempt >= attempt && item.receipt !== undefined;

/**
 * Waits for an instant as long as nobody breaks off.
 *
 * @throws Failure `aborted`
 */
export const pause = async ({ clock, signal }: Pick<Context, 'clock' | 'signal'>, until: EpochMs): Promise<void> => {
  const broken = Promise.withResolvers<never>();
  const abort = (): void => broken.reject(new Failure(EXIT.aborted, 'Broken off: what was sent goes on'));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    await Promise.race([clock.until(until), broken.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
};

/** The time of the next poll. */
export const nextPoll = (now: EpochMs, polls: number): EpochMs => after(now, POLLS_MS[polls] ?? 5_000);

export interface FollowOptions {
  /** How long it waits, in milliseconds. @default without end */
  readonly mostMs?: number | undefined;
  /** Shows nothing. @default false */
  readonly isQuiet?: boolean;
}

/**
 * Follows a request in the ledger until its receipt stands, and shows how far it has come.
 *
 * @throws Failure where its time is over, or the user breaks off
 */
export const follow = async (
  context: Context,
  deployed: Deployed,
  followed: Followed,
  { mostMs = Number.POSITIVE_INFINITY, isQuiet = false }: FollowOptions = {},
): Promise<Finished> => {
  const { clock, terminal } = context;
  const { requestId, planOnly } = followed;
  const from = clock.now();
  for (let polls = 0; ; polls += 1) {
    const item = await deployed.ledger.read<RequestItem>(requestKey(requestId, planOnly));
    if (isFinished(item, followed)) return item;
    const now = clock.now();
    const known = item && { item, found: await caseOf(deployed, item) };
    const where = known === undefined ? 'on the queue' : progressOf(known, now);
    if (!isQuiet) terminal.show(`${inWords(now - from)}, ${where}: waiting for ${requestId}`);
    if (now - from >= mostMs)
      throw new Failure(EXIT.failed, `Cannot wait longer for ${requestId}, it goes on by itself (${where})`);
    await pause(context, nextPoll(now, polls));
  }
};

/** How a script is told of an end. */
export const exitOf = ({ outcome, code }: Pick<Receipt, 'outcome' | 'code'>): Exit =>
  needsPerson(`${outcome}/${code}` as Outcome) ? EXIT.stuck : EXIT.done;

import { Option } from 'commander';
import { laneOf } from '../../core/lane.ts';
import { requestKey } from '../../core/ledger/keys.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import { isSameRequest } from '../../core/ledger/same-request.ts';
import type { RevocationRequest } from '../../core/request/revocation-request.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context, SetUp } from '../deployment/context.ts';
import { pauseOf, whoPaused } from '../deployment/paused.ts';
import { exitOfRequest, type Finished } from '../requests/finished.ts';
import { follow, followFinding } from '../requests/follow.ts';
import { isFinal, requestLines } from '../requests/request-lines.ts';
import { type RequestOptions, requestFromOptions, withRequestOptions } from '../requests/request-words.ts';
import { sendOne } from '../requests/requests-queue.ts';
import { endLines } from '../show/receipt-lines.ts';
import { confirm } from '../terminal/confirm.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { TIMEOUT } from './duration-option.ts';

type Named = RevocationRequest & { readonly requestId: string };

interface SendOptions {
  /** `true`: until the request has ended. */
  readonly wait?: boolean | 'confirmed';
  readonly timeout?: number;
  readonly yes?: boolean;
}

type Options = RequestOptions & SendOptions;

const isPlan = ({ card }: Deployed, { dryRun }: RevocationRequest): boolean => dryRun || card.mode === 'observe';

/**
 * The same request as it was sent before, where it was.
 *
 * @throws Failure `usage` where its id names another one
 */
const sentBefore = async (deployed: Deployed, request: Named): Promise<RequestItem | undefined> => {
  const item = await deployed.ledger.read<RequestItem>(requestKey(request.requestId, isPlan(deployed, request)));
  if (item === undefined || isSameRequest(deployed, item, request)) return item;
  throw new Failure(EXIT.usage, `Cannot use the request id ${request.requestId} again: it names a different request`);
};

const tellPause = async ({ terminal }: Context, deployed: Deployed): Promise<void> => {
  const pause = await pauseOf(deployed);
  if (pause !== undefined)
    terminal.tell(
      terminal.style('yellow', `Requests are paused by ${whoPaused(pause)}: this request waits until resume`),
    );
};

const showEnd = (context: Context, item: Finished): void => {
  const { receipt } = item;
  const { terminal } = context;
  terminal.show();
  context.print({ value: () => receipt, lines: () => endLines(terminal, receipt) });
  context.end(exitOfRequest(item));
};

/** The request with the receipt of its finding, where the user waits for that. */
const withFinding = async (
  context: Context,
  deployed: Deployed,
  item: Finished,
  { wait, timeout }: SendOptions,
): Promise<Finished> => {
  if (wait !== 'confirmed') return item;
  const receipt = await followFinding(context, deployed, item, { mostMs: timeout });
  return receipt === undefined ? item : { ...item, receipt };
};

/** Sends it, unless it has ended already; waits where that is wanted. @param keyId of the target, where the request names only its secret */
export const sendAndFollow = async (
  context: Context,
  deployed: Deployed,
  {
    request,
    options,
    keyId,
  }: { readonly request: Named; readonly options: SendOptions; readonly keyId?: string | undefined },
): Promise<void> => {
  const { terminal } = context;
  const { requestId } = request;
  const before = await sentBefore(deployed, request);
  if (before?.receipt !== undefined) {
    terminal.tell('This request was sent before and has ended');
    return showEnd(context, await withFinding(context, deployed, before as Finished, options));
  }
  if (!request.dryRun) {
    for (const line of requestLines(context, deployed, request, keyId)) terminal.tell(line);
    const isAsked = isFinal(deployed, request) && deployed.card.mode === 'enforce';
    if (isAsked) await confirm(context, { word: 'yes', given: options.yes ? 'yes' : undefined, option: '--yes' });
  }
  const messageId = await sendOne(deployed, {
    ...{ requestId, attempt: 1, lane: laneOf(request) },
    body: JSON.stringify(request),
  });
  await tellPause(context, deployed);
  if (!options.wait)
    return context.print({ value: () => ({ requestId, sent: true }), lines: () => [`Sent: ${requestId}`] });
  const followed = { requestId, planOnly: isPlan(deployed, request), attempt: 1, messageId, request };
  const item = await follow(context, deployed, followed, { mostMs: options.timeout });
  showEnd(context, await withFinding(context, deployed, item, options));
};

const NOT_BEFORE = [
  '--not-before <instant>',
  'earliest time, RFC 3339 with a zone; for more than some days ahead, use schedule',
] as const;

/** `request`: one order onto the queue. */
export const setUpRequest: SetUp = (command, context) => {
  withRequestOptions(command, context.providers)
    .option(...NOT_BEFORE)
    .addOption(
      new Option(
        '--wait [stage]',
        'wait for the receipt, or with `confirmed` for the finding after it, and exit with its status',
      ).choices(['confirmed']),
    )
    .option(...TIMEOUT)
    .option('--yes', 'do not ask for confirmation')
    .action(async (operation: string, options: Options) => {
      const deployed = await context.deployed();
      const request = requestFromOptions(operation, options, deployed);
      await sendAndFollow(context, deployed, { request, options });
    });
};

/** `plan`: the same as a dry run, waited for. */
export const setUpPlan: SetUp = (command, context) => {
  withRequestOptions(command, context.providers)
    .option(...NOT_BEFORE)
    .option(...TIMEOUT)
    .action(async (operation: string, options: Options) => {
      const deployed = await context.deployed();
      const request = requestFromOptions(operation, options, deployed, { dryRun: true });
      await sendAndFollow(context, deployed, { request, options: { ...options, wait: true } });
    });
};

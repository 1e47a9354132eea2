import { epochMs } from '../../core/epoch.ts';
import { type AskedItem, askedKey } from '../../core/ledger/asked-ids.ts';
import type { CaseItem } from '../../core/ledger/case-item.ts';
import { attemptName, caseKey, keyName, requestKey } from '../../core/ledger/keys.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context, SetUp } from '../deployment/context.ts';
import { isKey } from '../deployment/key-name.ts';
import { pauseOf, whoPaused } from '../deployment/paused.ts';
import { historyOf } from '../history/history.ts';
import { exitOf } from '../requests/finished.ts';
import { caseOf, nextTry, type Open, progressOf } from '../requests/request-progress.ts';
import { caseLines, caseShown } from '../show/case-lines.ts';
import { overview, overviewLines, overviewShown } from '../show/overview.ts';
import { endLines, evidenceLines, operationText } from '../show/receipt-lines.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { pairs } from '../terminal/wrap.ts';

/** What was found under a name: a request, perhaps only planned, and the cases of keys. */
interface Found {
  readonly request: RequestItem | undefined;
  /** Further messages that were sent with this id and kept under their own, the latest first. */
  readonly others: readonly RequestItem[];
  /** How many earlier ones the ledger no longer names. */
  readonly unnamed: number;
  readonly cases: readonly CaseItem[];
}

/** Every realm of keys, as the first parts of a key's name. */
const realmsIn = ({ providers }: Context): readonly (readonly [provider: string, realm: string])[] =>
  Object.values(providers).flatMap(({ name, environments }) =>
    [...new Set(Object.values(environments).map(({ realm }) => realm))].map((realm) => [name, realm] as const),
  );

const known = <T>(items: readonly (T | undefined)[]): readonly T[] => items.filter((item) => item !== undefined);

/** The messages that were sent with an id and kept under their own: they were refused, or another request has the id. */
const sentAs = async ({ ledger }: Deployed, name: string): Promise<Pick<Found, 'others' | 'unnamed'>> => {
  const { messageIds = [], dropped = 0 } = (await ledger.read<AskedItem>(askedKey(name))) ?? {};
  const all = await Promise.all(messageIds.map((id) => ledger.read<RequestItem>(requestKey(id, false))));
  return { others: known(all).toReversed(), unnamed: dropped };
};

/** The names of the keys that a short form means, as far as the ledger lists a request about them. */
const namesInShort = async (deployed: Deployed, short: string): Promise<readonly string[]> => {
  if (!/…|\.\.\./.test(short)) return [];
  const now = deployed.clock.now();
  const [history, { open }] = await Promise.all([historyOf(deployed, epochMs(0), now), overview(deployed, now)]);
  const names = [...history.entries, ...open].map(({ key }) => key);
  return names.filter((key) => key !== undefined && isKey(key, short)) as readonly string[]; // those that are there
};

const find = async (context: Context, deployed: Deployed, name: string): Promise<Found> => {
  const { ledger } = deployed;
  const [sent, real, plan] = await Promise.all([
    sentAs(deployed, name),
    ...[false, true].map((planOnly) => ledger.read<RequestItem>(requestKey(name, planOnly))),
  ]);
  const [request = sent.others[0], others = sent.others.slice(1)] = (real ?? plan) ? [real ?? plan, sent.others] : [];
  if (request !== undefined) return { ...sent, request, others, cases: known([await caseOf(deployed, request)]) };
  const names = [name, ...realmsIn(context).map(([provider, realm]) => keyName(provider, realm, name))];
  // Some providers' identifiers are kept in lower case.
  const all = [
    ...new Set([...names, ...names.map((each) => each.toLowerCase()), ...(await namesInShort(deployed, name))]),
  ];
  return {
    ...sent,
    request: undefined,
    cases: known(await Promise.all(all.map((each) => ledger.read<CaseItem>(caseKey(each))))),
  };
};

const openLines = ({ terminal, clock }: Context, open: Open): readonly string[] => {
  const { item, found } = open;
  const { request, requestId, attempt, planOnly } = item;
  const operation = { provider: item.provider ?? null, operation: request?.operation ?? null };
  return [
    [terminal.style(['bold', 'yellow'], planOnly ? 'open plan' : 'open'), operationText(operation)].join('  '),
    ...pairs(terminal, [
      ['request', attempt > 1 ? `${requestId}, attempt ${attempt}` : requestId],
      ['signed by', request?.secretId],
      ['reason', [request?.reason, request?.reference].filter(Boolean).join(', ')],
      ['so far', progressOf(open, clock.now())],
      ['next try', nextTry(open, clock.now())],
    ]),
    ...evidenceLines(terminal, found?.attempts[attemptName(item)]?.evidence ?? []),
  ];
};

const requestLines = (context: Context, open: Open): readonly string[] => {
  const { terminal } = context;
  const { receipt } = open.item;
  if (receipt === undefined) return openLines(context, open);
  return endLines(terminal, receipt);
};

/** What else was sent with the id, a line for each. */
const otherLines = ({ others, unnamed }: Found): readonly string[] => [
  ...others.map(
    ({ requestId, ended }) =>
      `Also sent with this id: key-revoker status ${requestId} shows what ${ended ? `ended as ${ended.outcome}` : 'is open'}`,
  ),
  ...(unnamed > 0 ? [`${unnamed} earlier messages with this id are on the results topic only`] : []),
];

const shown = ({ clock }: Context, { request: item, cases, others, unnamed }: Found): object => {
  const open = item && { item, found: cases[0] };
  const waits = open && item.receipt === undefined;
  return {
    request: item
      ? { requestId: item.requestId, attempt: item.attempt, open: item.receipt === undefined, plan: item.planOnly }
      : null,
    receipt: item?.receipt ?? null,
    soFar: waits ? progressOf(open, clock.now()) : null,
    nextTry: waits ? nextTry(open, clock.now()) : null,
    keys: cases.map(caseShown),
    others: others.map(({ requestId, ended }) => ({ requestId, outcome: ended?.outcome ?? null })),
    unnamed,
  };
};

/** A request stands in the ledger from when it is first received. */
const unknown = async (deployed: Deployed, name: string): Promise<Failure> => {
  const pause = await pauseOf(deployed);
  const why = pause
    ? `New requests wait: requests are paused by ${whoPaused(pause)}`
    : 'A request that was just sent may still be on the queue. A scheduled one is in key-revoker schedule list';
  return new Failure(
    EXIT.notFound,
    `Cannot find "${name}": give the id of a received request, or the identifier of a key that a request was about. ${why}`,
  );
};

/** `status`: what the ledger holds of a request or of a key. */
export const setUpStatus: SetUp = (command, context) => {
  command
    .argument(
      '[name]',
      'id of a request, or identifier of a key: whole, in its short form, or as provider/realm/identifier',
    )
    .action(async (name: string | undefined) => {
      const deployed = await context.deployed();
      if (name === undefined) {
        const of = await overview(deployed, context.clock.now());
        return context.print({ value: () => overviewShown(of), lines: () => overviewLines(context, of) });
      }
      const found = await find(context, deployed, name);
      const { request, cases } = found;
      if (request === undefined && cases.length === 0) throw await unknown(deployed, name);
      if (request?.receipt) context.end(exitOf(request.receipt));
      const lines = request === undefined ? [] : requestLines(context, { item: request, found: cases[0] });
      const ofCases = cases.flatMap((item, index) =>
        (index === 0 && request === undefined ? [] : ['']).concat(caseLines(context.terminal, item)),
      );
      context.print({
        value: () => shown(context, found),
        lines: () => [...lines, ...ofCases, ...otherLines(found)],
      });
    });
};

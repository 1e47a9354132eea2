import { fromIso } from '../../core/epoch.ts';
import type { Evidence, Receipt, Times } from '../../core/receipt.ts';
import { inWords } from '../terminal/duration.ts';
import { type TableColumn, table } from '../terminal/table.ts';
import type { Style, Terminal } from '../terminal/terminal.ts';
import { pairs, wrapped } from '../terminal/wrap.ts';

const TONES: Readonly<Record<Receipt['outcome'], Style>> = {
  revoked: 'green',
  'already-revoked': 'green',
  restricted: 'green',
  planned: 'cyan',
  withdrawn: 'cyan',
  refused: 'red',
  stuck: 'red',
  retry: 'yellow',
  confirmed: 'green',
  unconfirmed: 'yellow',
  resurrected: 'red',
  widened: 'red',
};

/** `stuck/permission-missing` */
export const outcomeText = ({ outcome, code }: Pick<Receipt, 'outcome' | 'code'>): string =>
  code === null ? outcome : `${outcome}/${code}`;

export const toneOf = ({ outcome }: Pick<Receipt, 'outcome'>): Style => TONES[outcome];

/** `bybit/delete-sub-key` */
export const operationText = ({ provider, operation }: Pick<Receipt, 'provider' | 'operation'>): string =>
  operation === null ? 'no request' : `${provider}/${operation}`;

/** Seconds and the like from when it was due; the first one has its date. */
const timesText = ({ dueAt, ...rest }: Times): string => {
  const due = fromIso(dueAt) ?? 0;
  const since = (at: string): string => inWords(Math.max(0, (fromIso(at) ?? due) - due));
  const { receivedAt, calledAt, acceptedAt, goneAt } = rest;
  const steps = Object.entries({
    received: receivedAt,
    called: calledAt,
    accepted: acceptedAt,
    gone: goneAt,
  });
  const told = steps.flatMap(([name, at]) => (at === undefined ? [] : [`${name} after ${since(at)}`]));
  return [`due ${dueAt}`, ...told].join(', ');
};

/** A receipt for a person: what it came to, what to do next, and whose key it was about. */
const receiptLines = (terminal: Terminal, receipt: Receipt): readonly string[] => {
  const { key, signer, message, requestId, attempt, request, environment, calls } = receipt;
  const head = [terminal.style(['bold', TONES[receipt.outcome]].flat() as Style, outcomeText(receipt))];
  return [
    [...head, operationText(receipt), key?.id ?? ''].filter(Boolean).join('  '),
    ...wrapped(message, terminal.width === undefined ? undefined : terminal.width - 2).map((line) => `  ${line}`),
    '',
    ...pairs(terminal, [
      ['request', attempt > 1 ? `${requestId}, attempt ${attempt}` : requestId],
      ['asked as', request.id],
      ['environment', environment ?? undefined],
      ['signed by', signer === null ? undefined : `${signer.secretId} (${signer.as})`],
      ['reason', [request.reason, request.reference].filter(Boolean).join(', ')],
      ['sent by', [request.sender, request.requestedBy].filter(Boolean).join(', ')],
      ['calls', String(calls)],
      ['times', timesText(receipt.times)],
    ]),
  ];
};

/** A plan for a person: each of its sentences on a line of its own. */
const planLines = (terminal: Terminal, receipt: Receipt): readonly string[] => {
  const [what = '', ...more] = receipt.message.split(/\. (?=\p{Lu})/u);
  const width = terminal.width === undefined ? undefined : terminal.width - 4;
  return [
    [terminal.style(['bold', 'cyan'] as Style, what), operationText(receipt), receipt.key?.id ?? '']
      .filter(Boolean)
      .join('  '),
    ...more.flatMap((text) => wrapped(text, width).map((line, index) => `  ${index === 0 ? '•' : ' '} ${line}`)),
  ];
};

/** Only the time of day, if everything was on one day: the receipt's times have the date. */
const columnsOver = (isOneDay: boolean): readonly TableColumn<Evidence>[] => [
  { head: 'At (UTC)', cell: ({ at }) => at.slice(isOneDay ? 11 : 0, 23).replace('T', ' ') },
  { head: 'Step', cell: ({ step }) => step },
  { head: 'Asked', cell: ({ asked }) => asked, least: 8 },
  { head: 'As', cell: ({ as }) => as },
  { head: 'Host', cell: ({ host }) => host, least: 10 },
  { head: 'Saw', cell: ({ saw }) => saw },
  { head: 'Code', cell: ({ code }) => code, least: 6 },
];

/** Every question and call, in order, below an empty line. */
export const evidenceLines = (terminal: Terminal, evidence: readonly Evidence[]): readonly string[] => {
  const days = new Set(evidence.map(({ at }) => at.slice(0, 10)));
  return days.size === 0 ? [] : ['', ...table(terminal, columnsOver(days.size === 1), evidence)];
};

/** All that a person reads of an end, a plan's too. */
export const endLines = (terminal: Terminal, receipt: Receipt): readonly string[] => [
  ...(receipt.outcome === 'planned' ? planLines(terminal, receipt) : receiptLines(terminal, receipt)),
  ...evidenceLines(terminal, receipt.evidence),
];

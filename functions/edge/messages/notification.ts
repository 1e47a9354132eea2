import type { OutcomeName } from '../../core/outcome.ts';
import type { Receipt } from '../../core/receipt.ts';
import { adviceIn } from '../../core/receipts/sentences.ts';
import { type ChatNotification, chatOf } from './chat-notification.ts';
import { type Fact, oneLine, type Told } from './told.ts';

/** What people hear of: trouble, an urgent key that is not gone yet, that a key is gone, and what is found out later. Plans are only for their sender. */
const FOR_PEOPLE: readonly OutcomeName[] = [
  'stuck',
  'refused',
  'retry',
  'revoked',
  'confirmed',
  'unconfirmed',
  'resurrected',
  'widened',
];

export const isForPeople = ({ outcome, dryRun }: Receipt): boolean => !dryRun && FOR_PEOPLE.includes(outcome);

/** At most 100 printable ASCII characters, the first of them a letter. */
export const subjectOf = ({ outcome, code, provider, operation, environment }: Receipt): string => {
  const what = [provider, operation].filter(Boolean).join('/');
  const words = ['Key', code ? `${outcome} (${code})` : outcome, what, environment].filter(Boolean);
  return words
    .join(' ')
    .replace(/[^ -~]/g, '?')
    .slice(0, 100);
};

const inSeconds = (ms: number | null): string | null => (ms === null ? null : `${(ms / 1_000).toFixed(1)} s`);

/** What is not known is left out. */
const factsOf = ({ key, signer, times, request, ...receipt }: Receipt): readonly Fact[] => {
  const where = [receipt.provider, receipt.environment].filter(Boolean).join(' ');
  const lines: readonly (readonly [string, string | null | undefined])[] = [
    ['Key', key ? `${key.id} at ${where}` : where],
    ['State', receipt.keyState],
    ['Operation', receipt.operation],
    ['Signed by', signer?.secretId],
    ['Request', `${receipt.requestId} (attempt ${receipt.attempt})`],
    ['Asked as', request.id],
    ['Reason', request.reason],
    ['Reference', request.reference],
    ['Due', times.dueAt],
    ['Gone', times.goneAt],
    ['Time to revoke', inSeconds(receipt.timeToRevokeMs)],
    ['Receipt', receipt.receiptId],
  ];
  return lines.flatMap(([name, value]) => (value ? [[name, oneLine(value)] as const] : []));
};

const WIDTH = 'Time to revoke'.length + 2;

const mailOf = ({ what, next, facts }: Told): string =>
  [
    `${what}.`,
    ...(next ? [`What to do: ${next}.`] : []),
    facts.map(([name, value]) => `${name.padEnd(WIDTH)}${value}`).join('\n'),
  ].join('\n\n');

/** A receipt as people read it: in a chat, and as the text of a mail. */
export const notificationOf = (receipt: Receipt): { readonly chat: ChatNotification; readonly mail: string } => {
  const next = adviceIn(receipt);
  const what = oneLine(next ? receipt.message.replace(`. ${next}`, '') : receipt.message);
  const told = { subject: subjectOf(receipt), what, next, facts: factsOf(receipt) };
  return { chat: chatOf(receipt, told), mail: mailOf(told) };
};

import type { Answer } from '../core/answer.ts';
import type { MaybeReply, Reply } from '../core/provider.ts';
import { DOWN, isWait, type ReplyMeaning, rejected, silent, UNRECOGNISED } from './reply-meaning.ts';

/**
 * Who asked, and what: the target about itself, a managing key about itself or for a list, a managing
 * key about the target's identifier, and the call signed by the target or by a managing key.
 */
export type Column = 'own' | 'managing' | 'lookup' | 'own-call' | 'managed-call';

type Cells = Readonly<Record<Column, ReplyMeaning>>;

/** A row by asker: the target, a managing key, the call that the target signed, the call that a managing key signed. */
export const cells = (
  own: ReplyMeaning,
  managing: ReplyMeaning,
  ownCall: ReplyMeaning,
  managedCall = ownCall,
  lookup = managing,
): Cells => ({ own, managing, lookup, 'own-call': ownCall, 'managed-call': managedCall });

/** A row with one meaning for every asker: one for questions, and one for the call. */
export const alike = (question: ReplyMeaning, call: ReplyMeaning): Cells => cells(question, question, call);

/** Rows by the names of their replies. */
type Rows = readonly (readonly [replies: readonly string[], meaning: Cells])[];

/** What a provider's replies mean, as data, and how to find a reply in it. */
export interface ReplyTable {
  /** A reply has the name of the provider's code, of its status (`HTTP 404`) or of its class of status (`HTTP 2xx`). */
  readonly rows: Rows;
  /** The provider's own code in a reply, with whatever status it comes; `undefined` if the status decides. */
  code(reply: Reply): string | undefined;
  /** Whether a refusal has the provider's own form. */
  isOwn(reply: Reply): boolean;
  /** How the evidence names a reply without a code. */
  statusText(reply: Reply, column: Column): string;
  /** What a reply says besides its row: the end of a limit, the provider's clock. */
  besides?(reply: Reply, meaning: ReplyMeaning, row: string): Partial<ReplyMeaning>;
}

const NO_REPLY = silent({ wait: 'no-reply' });

/** Replies with the same meaning at every provider. */
const COMMON: Rows = [
  [['no reply'], alike(NO_REPLY, NO_REPLY)],
  [['HTTP 429'], alike(silent({ wait: 'rate-limited' }), rejected({ wait: 'rate-limited' }))],
  [['HTTP 5xx'], alike(DOWN, DOWN)],
];

const ELSE = alike(UNRECOGNISED, UNRECOGNISED);

/** Statuses that say something of a key, but that a gateway in front of the provider sends too. */
const AMBIGUOUS: readonly number[] = [401, 403, 404];

/** The name of a reply that is not the provider's own. It has no row at most providers, so it decides nothing. */
const foreignName = (table: ReplyTable, reply: Reply): string | undefined =>
  AMBIGUOUS.includes(reply.status) && !table.isOwn(reply) ? `HTTP ${reply.status} without JSON` : undefined;

/** Whether a code may stand beside its status. A provider that is out, or that limits us, says nothing of a key: only that, in other words. */
const mayStand = ({ status }: Reply, cell: ReplyMeaning): boolean =>
  (status !== 429 && Math.floor(status / 100) !== 5) || isWait(cell, 'rate-limited') || isWait(cell, 'provider-down');

/** Makes the function that says what a reply means for its asker. A successful read gets here only if it cannot be read. */
export const replyReader = (table: ReplyTable): ((reply: MaybeReply, column: Column) => Answer) => {
  const rows = new Map([...COMMON, ...table.rows].flatMap(([names, row]) => names.map((name) => [name, row] as const)));
  return (reply, column) => {
    if (reply === undefined) return { ...(rows.get('no reply') ?? ELSE)[column], code: 'no reply' };
    const coded = table.code(reply);
    const isMeant = coded !== undefined && mayStand(reply, (rows.get(coded) ?? ELSE)[column]);
    const named = isMeant ? coded : foreignName(table, reply);
    const byStatus = [`HTTP ${reply.status}`, `HTTP ${Math.floor(reply.status / 100)}xx`];
    const name = named ?? byStatus.find((each) => rows.has(each)) ?? '';
    const cell = (rows.get(name) ?? ELSE)[column];
    return { ...cell, ...table.besides?.(reply, cell, name), code: named ?? table.statusText(reply, column) };
  };
};

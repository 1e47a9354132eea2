import type { Fault } from './faults.ts';
import type { Reply, View } from './provider-side.ts';

/** How a request is to be carried out. */
export interface Serving {
  /** Whether a change takes hold. @default true */
  readonly isApplied?: boolean;
  /** Answer a reading from before that many changes. */
  readonly staleBy?: number;
  /** Answer a reading from the state of that many milliseconds ago. */
  readonly lagsBy?: number;
  /** Look at the request only this many milliseconds later. */
  readonly lateBy?: number;
  readonly rows?: View<unknown>['rows'];
}

/** What leaves: a whole reply (perhaps after a wait), the first half of one, a broken connection, or nothing ever. */
export type Sending =
  | { readonly how: 'whole'; readonly reply: Reply; readonly afterMs?: number }
  | { readonly how: 'half'; readonly reply: Reply }
  | { readonly how: 'broken' }
  | { readonly how: 'silent' };

type Serve = (serving?: Serving) => Reply;
type Plays = {
  readonly [K in Fault['kind']]: (fault: Extract<Fault, { readonly kind: K }>, serve: Serve) => Sending;
};

const after = (_reply: Reply, how: 'broken' | 'silent'): Sending => ({ how });
const whole = (reply: Reply, afterMs = 0): Sending => ({ how: 'whole', reply, afterMs });

const PLAYS: Plays = {
  dropBefore: () => ({ how: 'broken' }),
  dropAfter: (_fault, serve) => after(serve(), 'broken'),
  delay: ({ ms }, serve) => whole(serve(), ms),
  hang: () => ({ how: 'silent' }),
  hangAfter: (_fault, serve) => after(serve(), 'silent'),
  reply: ({ kind: _kind, applied = false, ...reply }, serve) => {
    if (applied) serve();
    return whole(reply);
  },
  truncate: ({ applied = true }, serve) => ({ how: 'half', reply: serve({ isApplied: applied }) }),
  stale: ({ changes = 1 }, serve) => whole(serve({ staleBy: changes })),
  lag: ({ ms }, serve) => whole(serve({ lagsBy: ms })),
  late: ({ ms }, serve) => after(serve({ lateBy: ms }), 'broken'),
  nullList: (_fault, serve) => whole(serve({ rows: () => null })),
  shiftPage: (_fault, serve) => whole(serve({ rows: (rows) => rows.slice(1) })),
};

/** Plays one fault, or none, around the serving of one request. */
export const playFault = <K extends Fault['kind']>(
  fault: Extract<Fault, { readonly kind: K }> | undefined,
  serve: Serve,
): Sending => (fault ? PLAYS[fault.kind as K](fault, serve) : whole(serve()));

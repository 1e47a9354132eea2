/** What happened to an attempt, its keys or its secrets that an outcome or a wait may be due to. */
export type Cause =
  | 'crash'
  | 'aws'
  | 'fault'
  | 'host out'
  | 'rival'
  | 'removed'
  | 'revived'
  | 'widened'
  | 'narrowed'
  | 'unpermitted'
  | 'bound'
  | 'expired'
  | 'renewed'
  | 'rotated'
  | 'missing'
  | 'denied'
  | 'unreadable'
  | 'signer dead'
  /** An outage refuses it, and a call of ours may have ended it. */
  | 'signer in doubt'
  | 'signer needed'
  | 'dead'
  | 'unseen'
  | 'half seen'
  | 'aged'
  | 'early'
  | 'leased'
  | 'redriven'
  | 'reused'
  /** Another request has its id, and it is carried out all the same. */
  | 'apart'
  /** The key is gone by nobody's word but its own: what that takes is waited for. */
  | 'untold'
  /** The key may have shown after a call: then more absences are asked for. */
  | 'flapped';

/** These must not change what an attempt comes to. */
export const HARMLESS: readonly Cause[] = [
  ...(['crash', 'aws', 'rival', 'leased', 'early', 'signer needed', 'redriven', 'apart'] as const),
  ...(['dead', 'unseen', 'half seen', 'host out', 'untold', 'flapped'] as const),
];

export interface OutcomeRow {
  /** Whether it says that the key is dead. */
  readonly isDeath?: true;
  readonly calls?: 'none' | 'some';
  /** One of these has to have happened; without, nothing has to. */
  readonly dueTo?: readonly Cause[];
  /** Whether a copy goes to the stuck queue, but for a plan: that leaves no key alive which was to die. */
  readonly copied: boolean;
}

const stuck = (...dueTo: readonly Cause[]): OutcomeRow => ({ copied: true, dueTo });
const refused = (...dueTo: readonly Cause[]): OutcomeRow => ({ copied: true, calls: 'none', dueTo });

/** Every end that can be met here; any other is wrong. */
export const OUTCOMES: Readonly<Record<string, OutcomeRow>> = {
  revoked: { copied: false, isDeath: true, calls: 'some' },
  'already-revoked': { copied: false, isDeath: true, dueTo: ['dead', 'removed', 'rival', 'fault'] },
  restricted: { copied: false },
  planned: { copied: false, calls: 'none' },
  'stuck/permission-missing': stuck('unpermitted', 'narrowed', 'rotated', 'fault'),
  'stuck/ip-not-allowed': stuck('bound'),
  'stuck/credential-refused': stuck('signer dead', 'dead', 'removed', 'rotated', 'expired', 'fault'),
  'stuck/credential-missing': stuck('missing'),
  'stuck/access-denied': stuck('denied'),
  'stuck/not-recognised': stuck('unseen', 'rotated'),
  'stuck/expired-renewable': stuck('expired'),
  'stuck/only-in-web-ui': stuck('widened'),
  'stuck/signer-gone': stuck('signer dead', 'signer in doubt', 'rotated', 'revived', 'expired'),
  'stuck/no-effect': { ...stuck('fault'), calls: 'some' },
  'stuck/unproven': stuck('aged', 'fault', 'missing', 'half seen', 'signer dead', 'untold', 'bound'),
  'stuck/account-restricted': stuck('fault'),
  'stuck/request-rejected': stuck('fault', 'revived'),
  'stuck/region-refused': stuck('fault'),
  'stuck/wrong-account': stuck('fault'),
  'refused/request-id-reused': refused('reused'),
  'refused/target-mismatch': refused('rotated'),
  'refused/credential-unreadable': refused('unreadable'),
  'refused/would-widen': refused('narrowed'),
  'refused/wrong-signer': refused('rotated'),
};

/** What a message that goes back on the queue may wait for. */
export const WAITS: Readonly<Record<string, readonly Cause[]>> = {
  'no-reply': ['fault', 'crash', 'aws', 'host out'],
  'rate-limited': ['fault', 'host out'],
  'provider-down': ['fault', 'host out'],
  'aws-down': ['aws'],
  unrecognised: ['fault', 'unpermitted', 'host out'],
  'not-yet-proved': ['fault', 'crash', 'aws', 'rival', 'half seen', 'host out', 'untold', 'flapped', 'bound'],
  'in-progress': ['leased', 'crash', 'rival', 'redriven'],
  'signer-still-needed': ['signer needed'],
  early: ['early'],
  'refused-for-now': [
    ...(['unseen', 'half seen', 'dead', 'removed', 'revived', 'rotated', 'expired', 'fault'] as const),
    ...(['signer dead', 'signer in doubt', 'denied'] as const),
  ],
};

/** These ends may pass by themselves: an outage looks like the first three, and a grant may lift the last. */
export const PASSING: readonly string[] = [
  ...(['stuck/not-recognised', 'stuck/credential-refused', 'stuck/signer-gone', 'stuck/access-denied'] as const),
];

/** Who asks in an order has seen the living key before, perhaps, or never; of two askers only one. */
export type Seen = 'surely' | 'maybe' | 'half' | 'never';

/** What an attempt comes to that met nothing but harmless causes. */
export interface Demand {
  readonly kind: 'delete' | 'update' | 'plan';
  readonly key: 'alive' | 'dead';
  /** Whether all that ask had an answer of the living key before. */
  readonly seen?: Seen;
  /** Where the target is named and turns out to be the signer. */
  readonly isNamed?: boolean;
  /** Whether more than the key's own absence tells of its death: the ledger, or a managing key. */
  readonly isTold?: boolean;
  readonly ends: readonly string[];
}

export const DEMANDS: readonly Demand[] = [
  { kind: 'delete', key: 'alive', ends: ['revoked'] },
  // A call is made before the word; where its reply was lost, it may be what has deleted the key.
  { kind: 'delete', key: 'dead', seen: 'surely', ends: ['already-revoked', 'revoked'] },
  { kind: 'delete', key: 'dead', seen: 'never', ends: ['stuck/not-recognised'] },
  // Nobody can tell whose key it is, so that it is not known to be the target itself.
  { kind: 'delete', key: 'dead', seen: 'never', isNamed: true, ends: ['stuck/credential-refused'] },
  { kind: 'delete', key: 'dead', seen: 'maybe', isNamed: true, ends: ['stuck/credential-refused'] },
  { kind: 'delete', key: 'dead', seen: 'maybe', ends: ['already-revoked', 'revoked', 'stuck/not-recognised'] },
  // Both have to speak for a proof, and one of them never saw the key.
  {
    kind: 'delete',
    key: 'dead',
    seen: 'half',
    ends: ['already-revoked', 'revoked', 'stuck/not-recognised', 'stuck/unproven'],
  },
  { kind: 'update', key: 'alive', ends: ['restricted'] },
  { kind: 'update', key: 'dead', seen: 'surely', isTold: true, ends: ['already-revoked'] },
  // An update sends no delete to find out whether the key is dead or its provider out.
  { kind: 'update', key: 'dead', seen: 'surely', isTold: false, ends: ['stuck/unproven'] },
  { kind: 'update', key: 'dead', seen: 'never', ends: ['stuck/not-recognised'] },
  { kind: 'update', key: 'dead', seen: 'maybe', isTold: true, ends: ['already-revoked', 'stuck/not-recognised'] },
  { kind: 'update', key: 'dead', seen: 'maybe', isTold: false, ends: ['stuck/unproven', 'stuck/not-recognised'] },
  { kind: 'plan', key: 'alive', ends: ['planned'] },
  { kind: 'plan', key: 'dead', ends: ['planned', 'stuck/not-recognised'] },
  { kind: 'plan', key: 'dead', isNamed: true, ends: ['stuck/credential-refused'] },
];

/** How far one attempt at a request has come, by what has left the function or is in the ledger. */
export type RequestState =
  | 'none'
  | 'open'
  | 'pinned'
  | 'attempted'
  | 'called'
  | 'concluded'
  | 'ended'
  | 'told'
  | 'closed';

/** What takes it further. */
export type RequestStep =
  | 'claimed'
  | 'refused'
  | 'pinned'
  | 'attempted'
  | 'untried'
  | 'called'
  | 'concluded'
  | 'ended'
  | 'copied'
  | 'published'
  | 'marked';

/** A step that is not in its state's row must not happen in that state. */
export const REQUEST_STEPS: Readonly<Record<RequestState, Readonly<Partial<Record<RequestStep, RequestState>>>>> = {
  none: { claimed: 'open', refused: 'concluded' },
  open: { pinned: 'pinned', ended: 'ended' },
  pinned: { attempted: 'attempted', concluded: 'concluded', ended: 'ended' },
  attempted: { called: 'called', untried: 'pinned', attempted: 'attempted', concluded: 'concluded', ended: 'ended' },
  called: { attempted: 'attempted', concluded: 'concluded', ended: 'ended' },
  concluded: { ended: 'ended' },
  ended: { copied: 'ended', published: 'told' },
  told: { copied: 'told', published: 'told', marked: 'closed' },
  closed: {},
};

export type CaseState = 'none' | 'idle' | 'open' | 'proved' | 'called again';

/** `dead`, `stuck` and `left` are the ends of a request on the key: proved gone, not done, or otherwise over. */
export type CaseStep = 'opened' | 'attempted' | 'dead' | 'stuck' | 'left' | 'resurrected';

export const CASE_STEPS: Readonly<Record<CaseState, Readonly<Partial<Record<CaseStep, CaseState>>>>> = {
  none: { opened: 'idle' },
  // A restriction that no longer holds opens its case, as a proof does.
  idle: { attempted: 'open', dead: 'proved', stuck: 'open', left: 'idle', resurrected: 'open' },
  open: { attempted: 'open', dead: 'proved', stuck: 'open', left: 'idle', resurrected: 'open' },
  // A proof is given up for nothing but the sight of the living key.
  proved: { attempted: 'called again', dead: 'proved', stuck: 'proved', left: 'proved', resurrected: 'open' },
  'called again': { attempted: 'called again', dead: 'proved', stuck: 'proved', left: 'proved', resurrected: 'open' },
};

/** A case that nobody has to look after stands so in the ledger while its key is read in a settle window. */
export const SETTLING = 'settling-case';

/** A case that nobody has to look after stands so while the key should still be as an update asked. */
export const RESTRICTED = 'restricted-case';

/** How a state stands in the ledger: the index that it is found by, and whether a proof is kept. */
export const CASE_ITEMS: Readonly<Record<CaseState, { readonly state: string; readonly isProved: boolean }>> = {
  none: { state: '', isProved: false },
  idle: { state: 'idle-case', isProved: false },
  open: { state: 'open-case', isProved: false },
  proved: { state: 'proved-case', isProved: true },
  // A person has to look after the call.
  'called again': { state: 'open-case', isProved: true },
};

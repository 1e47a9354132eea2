import type { CaseItem } from '../../../functions/core/ledger/case-item.ts';
import { attemptName } from '../../../functions/core/ledger/keys.ts';
import type { RequestItem } from '../../../functions/core/ledger/request-item.ts';
import type { Receipt } from '../../../functions/core/receipt.ts';
import type { KeySettings } from '../../../infra/local/sandbox/index.ts';
import type { RequestStep } from '../rules/case-model.ts';

/** What is true of a key at its provider. */
export interface Truth {
  readonly isAlive: boolean;
  /** Where a key can be restricted. */
  readonly settings: KeySettings | undefined;
}

type Each<S, R> = S extends string ? { readonly step: S } & R : never;

/** Something that left the function or came into the ledger. `progress` names an attempt: `requestId#attempt`. */
export type Noted =
  | Each<Exclude<RequestStep, 'pinned' | 'concluded' | 'published' | 'called'>, { readonly work: string }>
  | { readonly step: 'pinned'; readonly work: string; readonly key: string }
  | {
      readonly step: 'concluded';
      readonly work: string;
      readonly key: string;
      readonly outcome: string;
      readonly truth: Truth;
    }
  | { readonly step: 'published'; readonly work: string; readonly receipt: Receipt }
  /** A receipt that is not final. */
  | { readonly step: 'told'; readonly receipt: Receipt; readonly key: string; readonly truth: Truth }
  | Each<'opened' | 'unproved' | 'let go', { readonly key: string }>
  /** What was found in the settle window of a key, by what is in the ledger. */
  | {
      readonly step: 'found';
      readonly key: string;
      readonly outcome: string;
      readonly number: number;
      readonly truth: Truth;
    }
  /** One of our own functions sent the next attempt of a request. */
  | { readonly step: 'resent'; readonly work: string }
  /** The case was taken from another holder, so long after the end of that lease, in milliseconds. */
  | { readonly step: 'taken'; readonly key: string; readonly overMs: number }
  /** Proved by no request's end, but by a later look. */
  | { readonly step: 'proved'; readonly key: string; readonly truth: Truth }
  /** A question to the provider: who signed it (nobody that is known: ''), and which keys were alive then. */
  | {
      readonly step: 'asked';
      readonly by: string;
      readonly host: string;
      readonly living: readonly string[];
      /** Rows of a list were handed out. */
      readonly isList: boolean;
      readonly seq: number;
    }
  | {
      readonly step: 'called';
      /** Whether the key was alive before. */
      readonly isAlive: boolean;
      /** The keys that it names, or else the one that signs. */
      readonly meant: readonly string[];
      /** Of the lease, in milliseconds. */
      readonly left: number;
      /** Its number in the sandbox's record. */
      readonly seq: number;
    };

/** In epoch milliseconds. */
export type Happening = Noted & { readonly at: number };

/** The happenings of some steps. */
export type Of<S extends Happening['step']> = Extract<Happening, { readonly step: S }>;

/** What a write to a request says. */
export const inRequest = (before: RequestItem | undefined, item: RequestItem): readonly Noted[] => {
  const work = attemptName(item);
  const old = before?.attempt === item.attempt ? before : undefined;
  const { pin } = item;
  return [
    ...(old ? [] : [{ step: item.ended ? 'refused' : 'claimed', work } as const]),
    ...(pin && old && old.pin?.keyName !== pin.keyName ? [{ step: 'pinned', work, key: pin.keyId } as const] : []),
    ...(item.receipt && !old?.receipt ? [{ step: 'ended', work } as const] : []),
    ...(item.published && !old?.published ? [{ step: 'marked', work } as const] : []),
  ];
};

const inWorks = (before: CaseItem | undefined, { attempts, keyId: key }: CaseItem, truth: Truth): readonly Noted[] =>
  Object.entries(attempts).flatMap(([work, { calls, ended }]): readonly Noted[] => {
    const { calls: was = 0, ended: wasEnded } = before?.attempts[work] ?? {};
    return [
      ...(calls > was ? [{ step: 'attempted', work } as const] : []),
      ...(calls < was ? [{ step: 'untried', work } as const] : []),
      ...(ended && !wasEnded ? [{ step: 'concluded', work, key, outcome: ended.outcome, truth } as const] : []),
    ];
  });

/** A proof is gone, or a restriction by no request's end. */
const isTakenBack = (
  before: CaseItem | undefined,
  { proved, restrictedBy }: CaseItem,
  isByRequest: boolean,
): boolean =>
  before?.proved ? !proved : before?.restrictedBy !== undefined && !restrictedBy && !proved && !isByRequest;

/** What a write to a case says. */
export const inCase = (
  before: CaseItem | undefined,
  item: CaseItem,
  truthOf: (keyId: string) => Truth,
  now: number,
): readonly Noted[] => {
  const key = item.keyId;
  const truth = truthOf(key);
  const [was, is] = [before?.lease, item.lease];
  const attempts = inWorks(before, item, truth);
  const isByRequest = attempts.some(({ step }) => step === 'concluded');
  const finding = item.settling?.finding;
  const isNew = finding !== undefined && finding.number !== before?.settling?.finding?.number;
  return [
    ...(before === undefined ? [{ step: 'opened', key } as const] : []),
    ...(was && is && was.holder !== is.holder ? [{ step: 'taken', key, overMs: now - was.until } as const] : []),
    ...(isNew ? [{ step: 'found', key, outcome: finding.outcome, number: finding.number, truth } as const] : []),
    ...(isTakenBack(before, item, isByRequest) ? [{ step: 'unproved', key } as const] : []),
    ...attempts,
    ...(item.proved && !before?.proved && !isByRequest ? [{ step: 'proved', key, truth } as const] : []),
    ...(before?.state === 'open-case' && item.state !== 'open-case' && !item.proved && !isByRequest
      ? [{ step: 'let go', key } as const]
      : []),
  ];
};

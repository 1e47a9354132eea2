/**
 * What goes wrong with one exchange, as plain data. "Applied" means that the request was carried out by the provider's
 * rules; a request that they refuse changes nothing under any fault. Durations are milliseconds.
 */
export type Fault =
  /** The connection breaks and the request is never looked at. */
  | { readonly kind: 'dropBefore' }
  /** Applied, then the connection breaks without a reply. */
  | { readonly kind: 'dropAfter' }
  /** Applied at once, answered after a wait. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Never looked at and never answered. */
  | { readonly kind: 'hang' }
  /** Applied and never answered. */
  | { readonly kind: 'hangAfter' }
  /** Any reply in place of the real one. */
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
      /** @default false */
      readonly applied?: boolean;
    }
  /** The head and half the body of the real reply, then the connection breaks; a reply without a body is lost whole. */
  | { readonly kind: 'truncate' /** @default true */; readonly applied?: boolean }
  /** A GET is answered from the state before the last changes in its world; other methods are served as usual. */
  | { readonly kind: 'stale' /** @default 1 */; readonly changes?: number }
  /** A GET is answered from the state of so long ago; other methods are served as usual. */
  | { readonly kind: 'lag'; readonly ms: number }
  /** The connection breaks now; the provider looks at the request when its clock has passed the wait. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The list in the reply is `null`. */
  | { readonly kind: 'nullList' }
  /** The first row of this page is left out, though its key is alive. */
  | { readonly kind: 'shiftPage' };

/** Which exchanges; every field that is present has to fit. */
export interface FaultMatch {
  readonly method?: string;
  /** Tried on the request target with its query. A string is the source of an expression. */
  readonly path?: RegExp | string;
  readonly host?: string;
  /** The key that signed. */
  readonly keyId?: string;
}

export interface FaultScript {
  readonly match: FaultMatch;
  readonly fault: Fault;
  /** How many fitting exchanges are left alone first. @default 0 */
  readonly skip?: number;
  /** How many are hit after that; `Infinity` for all. @default 1 */
  readonly times?: number;
  /** Stands in the record. @default the fault's kind */
  readonly name?: string;
}

export interface Faults {
  /** Adds a script. Of several that fit an exchange the earliest with hits left is played. */
  readonly script: (script: FaultScript) => void;
  /** Scripts that still have hits left. */
  readonly pending: () => readonly FaultScript[];
  readonly clear: () => void;
}

export interface ScriptedFaults extends Faults {
  readonly next: (request: Seen) => { readonly fault: Fault; readonly name: string } | undefined;
}

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly keyId?: string | undefined;
}

// A fresh expression for each try: one with the flag `g` remembers where it stopped.
const isFit = (match: FaultMatch, seen: Seen): boolean =>
  (match.method === undefined || match.method === seen.method) &&
  (match.host === undefined || match.host === seen.host) &&
  (match.keyId === undefined || match.keyId === seen.keyId) &&
  (match.path === undefined || new RegExp(match.path).test(seen.path));

/** @returns the scripts of one sandbox, none at first. */
export const createFaults = (): ScriptedFaults => {
  let entries: { readonly script: FaultScript; skip: number; times: number }[] = [];
  return {
    script: (script) => entries.push({ script, skip: script.skip ?? 0, times: script.times ?? 1 }),
    pending: () => entries.filter((entry) => entry.times > 0).map((entry) => entry.script),
    clear: () => {
      entries = [];
    },
    next: (seen) => {
      for (const entry of entries) {
        if (entry.times <= 0 || !isFit(entry.script.match, seen)) continue;
        if (entry.skip-- > 0) continue;
        entry.times--;
        return { fault: entry.script.fault, name: entry.script.name ?? entry.script.fault.kind };
      }
      return undefined;
    },
  };
};

import type { CaseItem, Work } from '../../functions/core/ledger-items.ts';
import type { Attributes, Ports } from '../../functions/core/ports.ts';
import type { HttpCall } from '../../functions/core/provider.ts';
import type { Receipt } from '../../functions/core/receipt.ts';
import { TIMING } from '../../functions/core/timing.ts';
import type { MemoryLedger } from './memory-ledger.ts';
import type { Seeded } from './providers-under-test.ts';
import type { InProcess } from './serve-in-process.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/** A receipt with what was true at the provider when it went out. */
export interface Said {
  readonly at: number;
  readonly receipt: Receipt;
  readonly isAlive: boolean;
}

/** A mutating exchange, as it left. */
export interface Called {
  readonly at: number;
  /** Its number in the sandbox's record. */
  readonly seq: number;
}

/** What an onlooker notes while the function works. */
export interface Witness {
  readonly receipts: readonly Said[];
  readonly calls: readonly Called[];
  readonly copies: readonly { readonly body: string; readonly attributes: Attributes }[];
  /** What was seen to be wrong at the instant when it happened. */
  readonly breaches: readonly string[];
  published(receipt: Receipt): void;
  setAside(body: string, attributes: Attributes): void;
  delivered(deadline: number): void;
  watching(send: Ports['send']): Ports['send'];
}

interface Scene {
  readonly sandbox: InProcess;
  readonly seeded: Seeded;
  readonly clock: SimulatedClock;
  readonly ledger: MemoryLedger;
}

/** The keys that a call is about: those that it names, or else the one that signs. */
const meantBy = ({ path, body = '' }: HttpCall, { sandbox, seeded }: Scene): readonly string[] => {
  const text = `${path} ${body}`.toLowerCase();
  const named = sandbox.keyIds().filter((id) => text.includes(id.toLowerCase()));
  return named.length > 0 ? named : [seeded.signer];
};

const caseOf = ({ ledger, seeded }: Scene): CaseItem | undefined =>
  ledger.items().find(({ pk }) => pk.startsWith('case#') && pk.endsWith(`/${seeded.target}`)) as CaseItem | undefined;

const attempted = ({ works }: Pick<CaseItem, 'works'>): number =>
  Object.values<Work>(works).reduce((sum, { calls }) => sum + calls, 0);

/** What is wrong with a call at the instant when it leaves. */
const objections = (scene: Scene, call: HttpCall, receipts: readonly Said[], calls: readonly Called[]): string[] => {
  const { seeded, clock } = scene;
  const found = caseOf(scene);
  const meant = meantBy(call, scene);
  const rules: readonly (readonly [boolean, string])[] = [
    [meant.join() === seeded.target, `L3: a call is about ${meant.join()}`],
    [seeded.request['dryRun'] !== true, 'L3: a call in a dry run'],
    [clock.now() >= Date.parse(String(seeded.request['notBefore'] ?? 0)), 'L3: a call before its time'],
    [!receipts.some(({ receipt }) => receipt.final), 'L3: a call after the end'],
    [found !== undefined && attempted(found) > calls.length, 'L3: a call that is not in the ledger as attempted'],
    [(found?.lease?.until ?? 0) - clock.now() > TIMING.callMarginMs, 'L3: a call with too little of the lease left'],
  ];
  return rules.filter(([holds]) => !holds).map(([, breach]) => breach);
};

/** Looks over the function's shoulder: what leaves, and what is true at that instant. */
export const witness = (scene: Scene): Witness => {
  const { sandbox, seeded, clock } = scene;
  const receipts: Said[] = [];
  const calls: Called[] = [];
  const copies: { body: string; attributes: Attributes }[] = [];
  const breaches: string[] = [];
  return {
    receipts,
    calls,
    copies,
    breaches,
    published: (receipt) => {
      const isAlive = sandbox.isAlive(seeded.world, seeded.target);
      receipts.push({ at: clock.now(), receipt, isAlive });
    },
    setAside: (body, attributes) => void copies.push({ body, attributes }),
    delivered: (deadline) => {
      if (clock.now() > deadline + TIMING.functionTimeoutMs - TIMING.recordMs)
        breaches.push('L2: a delivery outlives its function');
    },
    watching: (send) => (call, until) => {
      if (call.method !== 'GET') {
        breaches.push(...objections(scene, call, receipts, calls));
        calls.push({ at: clock.now(), seq: sandbox.record.length + 1 });
      }
      return send(call, until);
    },
  };
};

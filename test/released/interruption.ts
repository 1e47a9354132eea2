import type { Ports } from './product.ts';

/** An exchange of a function with AWS or with a provider. */
export interface Point {
  readonly step:
    | 'vault.open'
    | 'vault.tag'
    | 'ledger.write'
    | 'outbox.publish'
    | 'outbox.setAside'
    | 'outbox.enqueue'
    | 'probe'
    | 'call';
  /** Whether the exchange has taken effect by then. */
  readonly when: 'before' | 'after';
  /** How the key of the item begins. */
  readonly on?: string;
  /** Counts only what comes after so many probes of this delivery were answered, or after its call was. */
  readonly since?: number | 'call';
  /** @default 1 */
  readonly nth?: number;
}

/** What happens at one point of a delivery. */
export interface Interruption {
  readonly at: Point;
  /** @default the process ends */
  readonly happens?: () => void;
}

export interface Interrupter {
  readonly around: (ports: Ports) => Ports;
  /** For the next delivery. @returns resolves where the process ends */
  readonly arm: (interruptions: readonly Interruption[]) => Promise<void>;
  /** How many of them have not happened. */
  readonly pending: () => number;
}

/** Stands between the functions and their ports, and ends a process at a chosen exchange: what it waits for never comes. */
export const interrupter = (): Interrupter => {
  let waiting: { readonly at: Point; readonly happens: (() => void) | undefined; left: number }[] = [];
  let seen = { probes: 0, calls: 0 };
  let isGone = false;
  let end = (): void => {};
  const never = new Promise<never>(() => {});

  const isMet = ({ since = 0 }: Point): boolean => (since === 'call' ? seen.calls > 0 : seen.probes >= since);
  const meet = async (step: Point['step'], when: Point['when'], key: string): Promise<void> => {
    if (isGone) return never;
    for (const one of waiting) {
      const { at } = one;
      if (at.step !== step || at.when !== when || !key.startsWith(at.on ?? '') || !isMet(at)) continue;
      one.left -= 1;
      if (one.left !== 0) continue;
      waiting = waiting.filter((other) => other !== one);
      if (one.happens) one.happens();
      else {
        isGone = true;
        end();
        return never;
      }
    }
  };
  const watched =
    <A extends readonly unknown[], R>(
      step: Point['step'],
      call: (...args: A) => Promise<R>,
      keyOf: (...args: A) => string = () => '',
    ) =>
    async (...args: A): Promise<R> => {
      await meet(step, 'before', keyOf(...args));
      const value = await call(...args);
      if (step === 'probe') seen.probes += 1;
      if (step === 'call') seen.calls += 1;
      await meet(step, 'after', keyOf(...args));
      return value;
    };

  return {
    around: (ports) => ({
      ...ports,
      ledger: { ...ports.ledger, write: watched('ledger.write', ports.ledger.write, ({ pk }) => pk) },
      vault: {
        ...ports.vault,
        open: watched('vault.open', ports.vault.open),
        tag: watched('vault.tag', ports.vault.tag),
      },
      outbox: {
        publish: watched('outbox.publish', ports.outbox.publish),
        setAside: watched('outbox.setAside', ports.outbox.setAside),
        enqueue: watched('outbox.enqueue', ports.outbox.enqueue),
      },
      send: (call, until) => watched(call.method === 'GET' ? 'probe' : 'call', ports.send)(call, until),
    }),
    arm: (interruptions) => {
      isGone = false;
      seen = { probes: 0, calls: 0 };
      waiting = interruptions.map(({ at, happens }) => ({ at, happens, left: at.nth ?? 1 }));
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    },
    pending: () => waiting.length,
  };
};

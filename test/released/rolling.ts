import type { Around, Ports, Product } from './product.ts';

export type Turn = 'older' | 'today';

/** An exchange of a function with AWS or with a provider, counted over one delivery. */
export interface Cut {
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** Two versions of the functions at work in turns, as in a rolling deploy; each delivery goes to the other one. */
export interface Rolling {
  readonly open: (given: Around) => Product;
  /** Ends the process of the next delivery at an exchange. @returns resolves there */
  readonly arm: (cut: Cut | undefined) => Promise<void>;
  /** What the last delivery exchanged: `ledger.write`, `call`. */
  readonly exchanged: () => readonly string[];
  /** Calls by today's code that no rule allows. */
  readonly forbidden: readonly string[];
  /** Who got each delivery. */
  readonly turns: readonly Turn[];
}

const LEDGER = ['read', 'write', 'list', 'count'] as const;

/** @param first which of the two gets the first delivery */
export const rolling = (first: Turn, opens: Readonly<Record<Turn, (given: Around) => Product>>): Rolling => {
  let turn: Turn = first === 'today' ? 'older' : 'today';
  let cut: Cut | undefined;
  let exchanged: string[] = [];
  let die = (): void => undefined;
  let isDead = false;
  let calls = 0;
  const forbidden: string[] = [];
  const turns: Turn[] = [];
  const never = new Promise<never>(() => undefined);

  const passing =
    <A extends readonly unknown[], R>(name: string, work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const meet = (when: Cut['when'], nth: number): Promise<never> | undefined => {
        if (!isDead && cut?.when === when && cut.nth === nth) {
          isDead = true;
          die();
        }
        return isDead ? never : undefined;
      };
      exchanged.push(name);
      const nth = exchanged.length;
      await meet('before', nth);
      const result = await work(...args);
      await meet('after', nth);
      return result;
    };
  const around = (ports: Ports): Ports => ({
    ...ports,
    ledger: {
      ...ports.ledger,
      ...Object.fromEntries(LEDGER.map((name) => [name, passing(`ledger.${name}`, ports.ledger[name] as never)])),
    },
    vault: {
      ...ports.vault,
      open: passing('vault.open', ports.vault.open),
      tag: passing('vault.tag', ports.vault.tag),
    },
    outbox: {
      publish: passing('outbox.publish', ports.outbox.publish),
      setAside: passing('outbox.setAside', ports.outbox.setAside),
      enqueue: passing('outbox.enqueue', ports.outbox.enqueue),
    },
    send: (call, until) => passing(call.method === 'GET' ? 'probe' : 'call', ports.send)(call, until),
  });

  /** A call of today's code is in its case before it leaves, under a lease, and no end is there yet. */
  const judge = (by: Turn, { table, clock }: Around): void => {
    calls += 1;
    if (by !== 'today') return;
    const found = table.items().find(({ pk }) => pk.startsWith('case#')) ?? {};
    const { works = {}, lease } = found as {
      readonly works?: Readonly<Record<string, { readonly calls: number; readonly ended?: unknown }>>;
      readonly lease?: { readonly until: number };
    };
    const records = Object.values(works);
    const written = records.reduce((sum, record) => sum + record.calls, 0);
    if (written < calls) forbidden.push(`call ${calls} left, and the case has ${written}`);
    if (lease === undefined || lease.until <= clock.now()) forbidden.push(`call ${calls} left without a lease`);
    if (records.some(({ ended }) => ended !== undefined)) forbidden.push(`call ${calls} left after the end`);
  };
  const judged = (by: Turn, given: Around): Around => ({
    ...given,
    around: (ports) => {
      const { send } = given.around(ports);
      const watched = (...[call, until]: Parameters<Ports['send']>): ReturnType<Ports['send']> => {
        if (call.method !== 'GET') judge(by, given);
        return send(call, until);
      };
      return around({ ...ports, send: watched });
    },
  });

  return {
    forbidden,
    turns,
    exchanged: () => exchanged,
    arm: (next) => {
      cut = next;
      isDead = false;
      return new Promise((resolve) => {
        die = resolve;
      });
    },
    open: (given) => {
      const products = {
        older: opens.older(judged('older', given)),
        today: opens.today(judged('today', given)),
      };
      const next = (): Product => {
        turn = turn === 'today' ? 'older' : 'today';
        exchanged = [];
        turns.push(turn);
        return products[turn];
      };
      return {
        ports: products.today.ports,
        receive: (record) => next().receive(record),
        tick: (isShort) => next().tick(isShort),
      };
    },
  };
};

import { type Awaited, instrumented } from '../simulated/instrumented.ts';
import { type Case, open } from './run-case.ts';

/** One call of a port that a delivery waits for. */
export interface CallAt {
  readonly port: string;
  /** Whether the target lives when it is made. */
  readonly isAlive: boolean;
  /** Whether the ledger holds by then which version of which secret the request means. */
  readonly isPinned: boolean;
}

/** What one delivery waits for, call by call, found by watching it. */
export const callsOf = async (one: Case): Promise<{ readonly calls: readonly CallAt[]; readonly awaited: Awaited }> => {
  const awaited: Awaited = new Set();
  const first = await open(one);
  await first.deliver(instrumented(first.ports, awaited));
  const calls: CallAt[] = [];
  const second = await open(one);
  const { sandbox, seeded, ledger } = second;
  const before = async (port: string): Promise<void> => {
    const isPinned = ledger.items().some((item) => item.pk.startsWith('request#') && item['pin'] !== undefined);
    calls.push({ port, isAlive: sandbox.isAlive(seeded.world, seeded.target), isPinned });
  };
  await second.deliver(instrumented(second.ports, awaited, { before }));
  return { calls, awaited };
};

import { Unavailable } from '../../../functions/core/fault.ts';
import type { HttpCall, MaybeReply } from '../../../functions/core/provider.ts';
import type { CreatedPorts } from '../../../functions/edge/create-ports.ts';

/** What goes wrong at one of the function's own steps. */
export interface PortFault {
  /** Which of the steps from now on, from 1. */
  readonly step: number;
  /** `after`: what was asked for was done, and the function never learned of it. */
  readonly when: 'before' | 'after';
  /** `crash`: the process is gone, so nothing that it would do next happens. `outage`: the service does not answer this once. */
  readonly as: 'crash' | 'outage';
}

export interface FaultyPorts {
  readonly wired: CreatedPorts;
  /** Names of the steps since the last `arm`. */
  readonly steps: readonly string[];
  /** Counts again, with this fault or none. */
  arm(fault?: PortFault): void;
  /** A new process. */
  restart(): void;
}

class Crash extends Error {
  override readonly name = 'Crash';
}

type Step = (...args: never[]) => Promise<unknown>;

/** Puts a script in front of each step that leaves the process: ledger, vault, outbox, the network, the queue. */
export const faultyPorts = (
  { ports, sourceOf, tellExchanges }: CreatedPorts,
  onSend: (call: HttpCall, reply: MaybeReply) => void = () => undefined,
): FaultyPorts => {
  let steps: string[] = [];
  let fault: PortFault | undefined;
  let isGone = false;
  const fail = (name: string): undefined => {
    if (fault?.as === 'crash') {
      isGone = true;
      throw new Crash(`Cannot continue after ${name}`);
    }
    if (name === 'send') return undefined; // the network's port rejects never
    throw new Unavailable(`Cannot do ${name}`);
  };
  const faulty = <T extends Step>(name: string, step: T): T =>
    (async (...args: Parameters<T>) => {
      if (isGone) throw new Crash(`Cannot do ${name}, the process is gone`);
      steps.push(name);
      const isHit = fault?.step === steps.length;
      if (isHit && fault?.when === 'before') return fail(name);
      const result = await step(...args);
      return isHit ? fail(name) : result;
    }) as unknown as T;
  const all = <T extends object>(name: string, port: T): T =>
    Object.fromEntries(
      Object.entries(port).map(([step, work]) => [
        step,
        ['tagged', 'inState', 'listed'].includes(step) ? work : faulty(`${name}.${step}`, work as Step),
      ]),
    ) as T;
  const send: typeof ports.send = async (call, until) => {
    const reply = await ports.send(call, until);
    onSend(call, reply);
    return reply;
  };
  return {
    wired: {
      ports: {
        ...ports,
        ledger: all('ledger', ports.ledger),
        vault: all('vault', ports.vault),
        outbox: all('outbox', ports.outbox),
        send: faulty('send', send),
      },
      sourceOf: (record) => {
        const source = sourceOf(record);
        return source && { ...source, hide: faulty('hide', source.hide) };
      },
      tellExchanges,
    },
    get steps() {
      return steps;
    },
    arm: (next) => {
      steps = [];
      fault = next;
    },
    restart: () => {
      isGone = false;
    },
  };
};

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { CreatedPorts } from '../../../functions/edge/create-ports.ts';
import type { Call } from '../../../infra/local/aws/protocol/call.ts';
import { countWriteUnits } from './write-units.ts';

/** What a function sent to AWS. */
export interface Sent {
  /**
   * The longest chain of calls, each of which began after the reply to the one before it: up to the first call that changes something at the
   * provider, or all of them. Exchanges with the provider are not counted.
   */
  readonly waves: number;
  readonly calls: number;
  /** Of the calls: those to DynamoDB. */
  readonly ledger: number;
  /** Write units of the table and its index. */
  readonly units: number;
}

/** Sees what a function sends, at its sockets. */
export interface Wire {
  /** For the emulated AWS. */
  readonly onCall: (call: Call) => void | Promise<void>;
  /** The names of what was sent last, wave by wave. */
  readonly last: readonly string[];
  /** Counts what the work sends. @param url of the emulated AWS */
  count(url: string, serving: CreatedPorts, work: (counted: CreatedPorts) => Promise<unknown>): Promise<Sent>;
}

/** So many turns of the event loop without anything new: what was begun is on its way. */
const QUIET_TURNS = 12;

const CREATED = 'http.client.request.created';

/** What a call asks, and of the ledger of which kind of item. */
const nameOf = ({ service, action, body }: Call): string => {
  const kind = service === 'dynamodb' ? /"S":"([a-z-]+)#/.exec(body.slice(body.indexOf('"pk"')))?.[1] : undefined;
  return [action, kind].filter(Boolean).join(' ');
};

/** What is sent, in waves. */
interface Count {
  waves: number;
  before: number | undefined;
  readonly calls: Call[];
  readonly names: string[];
  units: number;
  /** Begun, and not yet let go. */
  begun: number;
  held: { readonly name: string | undefined; readonly letGo: () => void }[];
  quiet: number;
}

/**
 * Holds every call to AWS, and every exchange with a provider, until all that was begun beside it has arrived. All of these then continue together.
 * So a wave is what a wave is, however fast one service answers beside another.
 */
export const watchWire = (): Wire => {
  const unitsOf = countWriteUnits();
  let counting: Count | undefined;
  let last: readonly string[] = [];

  const letGo = (count: Count): void => {
    const all = count.held;
    const names = all.flatMap(({ name }) => name ?? []);
    if (names.length > 0) {
      count.waves += 1;
      count.names.push(names.toSorted().join(' · '));
    }
    count.held = [];
    count.begun = 0;
    for (const each of all) each.letGo();
  };

  const turn = (count: Count): void => {
    if (counting !== count) return;
    count.quiet += 1;
    if (count.quiet > QUIET_TURNS && count.held.length > 0 && count.held.length === count.begun) letGo(count);
    setImmediate(turn, count);
  };

  const hold = (count: Count, name?: string): Promise<void> =>
    new Promise((resolve) => {
      count.quiet = 0;
      count.held.push({ name, letGo: resolve });
    });

  const begin = (count: Count): void => {
    count.quiet = 0;
    count.begun += 1;
  };

  const watched = (serving: CreatedPorts, count: Count): CreatedPorts => ({
    ...serving,
    ports: {
      ...serving.ports,
      send: async (call, until) => {
        if (call.changes) {
          count.before ??= count.waves;
          count.names.push(`${call.method} to the provider`);
        }
        begin(count);
        const reply = await serving.ports.send(call, until);
        await hold(count);
        return reply;
      },
    },
  });

  return {
    onCall: (call) => {
      const units = unitsOf(call);
      const count = counting;
      if (count === undefined) return undefined;
      count.calls.push(call);
      count.units += units;
      return hold(count, nameOf(call));
    },
    get last() {
      return last;
    },
    count: async (url, serving, work) => {
      const { host } = new URL(url);
      const count: Count = {
        waves: 0,
        before: undefined,
        calls: [],
        names: [],
        units: 0,
        begun: 0,
        held: [],
        quiet: 0,
      };
      const onCreated = (message: unknown): void => {
        const { request } = message as { readonly request: ClientRequest };
        if (request.getHeader('host') === host) begin(count);
      };
      counting = count;
      subscribe(CREATED, onCreated);
      setImmediate(turn, count);
      try {
        await work(watched(serving, count));
      } finally {
        counting = undefined;
        unsubscribe(CREATED, onCreated);
        last = count.names;
      }
      const { calls, waves, before = waves, units } = count;
      const ledger = calls.filter(({ service }) => service === 'dynamodb').length;
      return { waves: before, calls: calls.length, ledger, units };
    },
  };
};

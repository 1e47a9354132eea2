import type { Ports } from '../../functions/core/ports.ts';
import type { Fault } from '../../infra/local/sandbox/faults.ts';
import { SANDBOX_OF, type SandboxName } from '../../infra/local/sandbox/index.ts';
import { postpone } from '../faults/world/run-case.ts';
import type { World } from '../faults/world/world.ts';
import { NOBODY_IS_KNOWN } from '../laws/trespasses.ts';

/** Delivers until nothing is left on the queue, or so many times. The later deliveries come late, so that hours take few of them. */
export const play = async (world: World, ports: Ports = world.ports, most = 60): Promise<World> => {
  for (let n = 0; world.queue.length > 0 && n < most; n += 1) {
    postpone(world, n);
    await world.deliver(ports);
  }
  return world;
};

/** What readers were told, in order: the outcome with its code, and whether the request has ended with it. */
export const toldIn = ({ witness }: World): readonly string[] =>
  witness.receipts.map(({ receipt: { outcome, code, final } }) =>
    [outcome, code, final ? '' : '…'].filter(Boolean).join(' '),
  );

/** One question about a key that the provider has deleted, and whether the node that answered still accepts the key. */
export interface Asked {
  readonly at: number;
  readonly isHonoured: boolean;
}

/** Whether the absences at the end are as many, and as long, as the sightings before them ask for. */
export const isEnough = (asked: readonly Asked[]): boolean => {
  const last = asked.findLastIndex(({ isHonoured }) => isHonoured);
  const sightings = Math.min(10, asked.filter(({ isHonoured }) => isHonoured).length);
  const absences = asked.slice(last + 1);
  const lasted = (absences.at(-1)?.at ?? 0) - (absences[0]?.at ?? 0);
  return absences.length >= sightings + 2 && lasted >= (sightings === 0 ? 2_000 : 20_000);
};

const ACCEPTED: Fault = { kind: 'reply', status: 204, body: '' };

/** Some nodes of the provider still accept a deleted key. @param honours asked for each exchange */
export const withNodes = (
  world: World,
  honours: (at: number) => boolean,
): { ports: Ports; asked: readonly Asked[] } => {
  const { sandbox, seeded, clock, ports } = world;
  const asked: Asked[] = [];
  const send: Ports['send'] = (call, until) => {
    if (sandbox.isAlive(seeded.world, seeded.target)) return ports.send(call, until);
    const isHonoured = honours(clock.now());
    if (call.method === 'GET') asked.push({ at: clock.now(), isHonoured });
    const fault: Fault = call.method === 'GET' ? { kind: 'stale' } : ACCEPTED;
    if (isHonoured) sandbox.faults.script({ match: {}, fault });
    return ports.send(call, until);
  };
  return { ports: { ...ports, send }, asked };
};

/** Calls that left for the provider. */
export const callsIn = ({ sandbox }: World): number => sandbox.record.filter(({ method }) => method !== 'GET').length;

/** The provider knows nobody, for so many milliseconds from now on. */
export const nobodyIsKnown = ({ sandbox, clock, order, ports }: World, lastsMs: number): Ports => {
  const endsAt = clock.now() + lastsMs;
  const [provider = ''] = order.name.split('/');
  const { unknownKey: fault } = SANDBOX_OF[provider as SandboxName].cast;
  sandbox.faults.script({ match: {}, fault, times: Number.POSITIVE_INFINITY, name: NOBODY_IS_KNOWN });
  const send: Ports['send'] = (call, until) => {
    if (clock.now() >= endsAt) sandbox.faults.clear();
    return ports.send(call, until);
  };
  return { ...ports, send };
};

/** A dry run that has met the key. */
export const met = async (world: World): Promise<void> => {
  const { seeded, send, begin, clock } = world;
  const request = { ...seeded.request, requestId: 'met-before', dryRun: true };
  await clock.run(begin(send(request, 1, { ...seeded, request })));
};

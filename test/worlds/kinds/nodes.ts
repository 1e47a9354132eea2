import type { FaultScript } from '../../../infra/local/sandbox/index.ts';
import { ADDRESSES } from '../life/connections.ts';
import type { Draw } from '../life/draw.ts';
import type { Leaving, Sickness, Stage } from '../life/stage.ts';

const MINUTE = 60_000;
const FOR_EVER = Number.POSITIVE_INFINITY;
/** The settle window of a provider that nobody has measured. */
const DECLARED_MS = 10 * MINUTE;
/** Of the nodes. A smaller share may escape the probes of a whole window. */
const MET_SHARE = 0.5;

/** The node has not heard of the delete: it knows the target, and accepts a call of the target's. */
const beforeDelete = ({ world, accepted }: Stage, at: number, deletedAt: number): readonly FaultScript[] => {
  const { target: keyId } = world.seeded;
  return [
    { match: { keyId, method: 'GET' }, fault: { kind: 'lag', ms: at - deletedAt + 1 } },
    ...(accepted ? [{ match: { keyId }, fault: { kind: 'reply', ...accepted } as const }] : []),
  ];
};

/**
 * For as long as some nodes have not heard of the delete.
 *
 * @param isBehind whether the node of this exchange has not
 * @param share of the nodes that have not
 */
const behind = (
  says: string,
  lastsMs: number,
  isBehind: (leaving: Leaving, sinceMs: number) => boolean,
  share: number,
): Sickness => ({
  says,
  isBeyondUs: lastsMs > DECLARED_MS && share < MET_SHARE,
  meets: (stage, leaving) => {
    const deletedAt = stage.deletedAt();
    if (deletedAt === undefined || leaving.at >= deletedAt + lastsMs) return [];
    return isBehind(leaving, leaving.at - deletedAt) ? beforeDelete(stage, leaving.at, deletedAt) : [];
  },
  acceptedUntil: (stage) => {
    const deletedAt = stage.deletedAt();
    return deletedAt === undefined || share === 0 ? undefined : deletedAt + lastsMs;
  },
});

/** What decides which node answers. */
const DRAWN_PER = {
  probe: () => undefined,
  connection: ({ connection: { number } }) => number,
  address: ({ connection: { address } }) => address,
  minute: ({ at }) => Math.floor(at / MINUTE),
} as const satisfies Readonly<Record<string, (leaving: Leaving) => number | undefined>>;

export type DrawnPer = keyof typeof DRAWN_PER;

/** A share of the nodes accepts the deleted key, for a time or for ever. */
export const shareOfNodes =
  (per: DrawnPer, lasting: 'for a time' | 'for ever') =>
  ({ random, chance, ms }: Draw): Sickness => {
    const share = 0.05 + 0.9 * random();
    const lastsMs = lasting === 'for ever' ? FOR_EVER : ms(1_000, 25 * MINUTE);
    const nodes = new Map(
      Array.from({ length: per === 'address' ? ADDRESSES : 0 }, (_, address) => [address, chance(share)]),
    );
    const isBehind = (leaving: Leaving): boolean => {
      const node = DRAWN_PER[per](leaving);
      if (node === undefined) return chance(share);
      const known = nodes.get(node) ?? chance(share);
      nodes.set(node, known);
      return known;
    };
    const accepting = per === 'address' ? [...nodes.values()].filter(Boolean).length / ADDRESSES : share;
    const says = `${accepting.toFixed(2)} of the nodes accept the key for ${lastsMs} ms, drawn per ${per}`;
    return behind(says, lastsMs, isBehind, accepting);
  };

/** The deleted key is accepted and refused by turns, for minutes. */
export const flapping = ({ ms }: Draw): Sickness => {
  const turns: number[] = [];
  const lastsMs = ms(10_000, 25 * MINUTE);
  let passed = 0;
  while (passed < lastsMs) {
    passed += ms(500, 40_000);
    turns.push(passed);
  }
  const isBehind = (_leaving: Leaving, sinceMs: number): boolean =>
    turns.filter((turn) => turn <= sinceMs).length % 2 === 0;
  // By turns: whether a probe meets it depends on the instant and not on a share.
  return behind(`flaps for ${lastsMs} ms`, lastsMs, isBehind, MET_SHARE / 2);
};

/** Some readings come from a replica that is behind by always as much. */
export const laggingReads = ({ random, chance, ms }: Draw): Sickness => {
  const share = 0.2 + 0.8 * random();
  const lagMs = ms(1_000, 10 * MINUTE);
  return behind(`${share.toFixed(2)} of the reads are ${lagMs} ms behind`, lagMs, () => chance(share), share);
};

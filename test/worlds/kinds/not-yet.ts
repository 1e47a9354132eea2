/** Why a kind does not hold, and the number of a world in which it does not, drawn by the seed 1. */
interface NotYet {
  readonly why: string;
  readonly world: number;
}

/**
 * Kinds of worlds in which the rules of today do not hold. The list may only become shorter: the gate plays the named world, and a world
 * that holds has to leave the list, with its kind or for another world of it.
 */
export const NOT_YET: Readonly<Record<string, NotYet>> = {
  'share of nodes for ever, per minute': {
    why: 'probes of one minute meet one node, and the rechecks of a window lie in few minutes',
    world: 326,
  },
  'share of nodes for a time, per minute': {
    why: 'probes of one minute meet one node, and the rechecks of a window lie in few minutes',
    world: 40,
  },
  'narrowed by hand behind a replica': {
    why: 'each of the readings that the body rests on may be behind',
    world: 51,
  },
};

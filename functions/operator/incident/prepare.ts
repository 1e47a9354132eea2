import type { Described } from '../../core/ports.ts';
import type { Receipt } from '../../core/receipt.ts';
import { PROVIDER_TAG } from '../../core/request/expiry-tags.ts';
import { someAtOnce } from '../../core/some-at-once.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { keysUnder, type StoredKey } from '../deployment/keys.ts';
import { itemAsSent } from '../requests/follow.ts';
import { Failure } from '../terminal/failure.ts';
import { foreseen } from './foresee.ts';
import { isMeant, type Mark, select, type Wanted } from './mark.ts';
import { firstOrder, type Incident, nextOrder } from './order.ts';

/** A secret whose key cannot be asked for, and why. */
export interface Left {
  readonly secret: string;
  readonly problem: string;
}

/** Everything that a run is about, before anything is sent. */
export interface Prepared {
  /** Managing keys last. */
  readonly marks: readonly Mark[];
  /** Those among them that no earlier run of the same incident has sent. */
  readonly fresh: readonly Mark[];
  /** Those that an earlier run could not delete and has not contained, where this one is to contain them. */
  readonly contained: readonly Mark[];
  /** Proved dead before, and left out. */
  readonly dead: readonly StoredKey[];
  readonly left: readonly Left[];
  /** Secrets that match and are not opened, since they are replicas or marked for deletion. */
  readonly unopened: readonly Described[];
}

/** A mark as an earlier run of the same incident has come to know it. */
interface Sent {
  readonly mark: Mark;
  readonly isContained: boolean;
}

/** Whether what comes next for a key is an update that nobody has sent yet. */
const isToContain = async (deployed: Deployed, incident: Incident, mark: Mark, last: Receipt): Promise<boolean> => {
  const next = nextOrder(deployed, incident, mark, [last]);
  return next?.request.settings !== undefined && (await itemAsSent(deployed, next)) === undefined;
};

/** @returns `undefined` where no earlier run has sent anything for it */
const asSent = async (deployed: Deployed, incident: Incident, mark: Mark): Promise<Sent | undefined> => {
  const items = await Promise.all(
    mark.operations.map((operation) =>
      itemAsSent(deployed, firstOrder(deployed, incident, { ...mark, operations: [operation] })),
    ),
  );
  const first = items.findIndex((item) => item !== undefined);
  if (first < 0) return undefined;
  const known = { ...mark, operations: mark.operations.slice(first) };
  const receipt = items[first]?.receipt;
  return { mark: known, isContained: receipt !== undefined && (await isToContain(deployed, incident, known, receipt)) };
};

/**
 * Finds the keys of an incident, and what an earlier run has done about them. Sends nothing but dry runs.
 *
 * @throws Unavailable, Failure where AWS does not answer, or the user breaks off
 */
export const prepare = async (
  context: Context,
  deployed: Deployed,
  { incident, wanted }: { readonly incident: Incident; readonly wanted: Wanted },
): Promise<Prepared> => {
  const { keys, unopened } = await keysUnder(context, deployed, (secret) => isMeant(secret, wanted));
  const sent = new Map<string, Sent>();
  const refused: Left[] = [];
  await someAtOnce(select(deployed.providers, keys, wanted, () => true).marks, async (mark) => {
    try {
      const known = await asSent(deployed, incident, mark);
      if (known !== undefined) sent.set(mark.arn, known);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      refused.push({ secret: mark.secret, problem: error.message });
    }
  });
  const { marks, dead, unreadable } = select(deployed.providers, keys, wanted, ({ arn }) => sent.has(arn));
  const askable = marks.filter(({ secret }) => !refused.some((each) => each.secret === secret));
  const fresh = await foreseen(
    context,
    deployed,
    incident,
    askable.filter(({ arn }) => !sent.has(arn)),
  );
  const earlier = [...sent.values()];
  const known = [...earlier.map(({ mark }) => mark), ...fresh];
  const byArn = new Map(known.map((mark) => [mark.arn, mark]));
  return {
    marks: askable.map((mark) => byArn.get(mark.arn) ?? mark),
    fresh,
    contained: earlier.filter(({ isContained }) => isContained).map(({ mark }) => mark),
    dead,
    left: [...unreadable.map(({ secret, problem = '' }) => ({ secret: secret.name, problem })), ...refused],
    unopened: unopened.filter(
      ({ tags: { [PROVIDER_TAG]: provider = wanted.provider } }) => provider === wanted.provider,
    ),
  };
};

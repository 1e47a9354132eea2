import { createHash } from 'node:crypto';
import { IS_FULL } from '../../campaign/sample.ts';
import { breachesOf } from './evidence-of.ts';
import { type Case, drain, open, outcomeOf, type Ran } from './run-case.ts';
import { throughWindows } from './through-windows.ts';
import type { World } from './world.ts';

/** The gate follows the settle windows of one case in so many, drawn by its name. */
const ONE_IN = 16;

const isDrawn = (name: string): boolean => createHash('sha256').update(name).digest().readUInt32BE() % ONE_IN === 0;

/** What an order may come to that met no more than one fault: what it comes to without, or better. */
export const meantBy = ({ order, reason, fields }: Pick<Case, 'order' | 'reason' | 'fields'>): readonly string[] => {
  const { ends, orElse = [] } = order;
  if (fields?.['dryRun']) return ['planned', ...orElse];
  const wanted = ends[reason];
  return [wanted, 'revoked', ...(wanted === 'revoked' ? ['already-revoked'] : []), ...orElse];
};

/** The same message once more: it finds the end and does nothing. */
const repeatedly = async (world: World): Promise<readonly string[]> => {
  const { sandbox, witness, ledger, seeded } = world;
  const { requestId } = seeded.request;
  // Of several requests under one id, another one may have the id.
  const holder = ledger.items().find(({ pk }) => pk === `request#${requestId}`);
  const [asked, said, copied] = [sandbox.record.length, witness.receipts.length, witness.copies.length];
  world.send(holder?.['request'] ?? seeded.request);
  await world.deliver();
  return [
    ...(sandbox.record.length > asked ? ['L3: a duplicate asked the provider'] : []),
    ...(witness.receipts.length > said || witness.copies.length > copied
      ? ['L2: a duplicate was published again']
      : []),
  ];
};

/**
 * Judges a world whose requests are over, and sends its own once more, as a duplicate. The full campaign first reads on to the finding of
 * every settle window; the gate does so in a sample, where the provider is well.
 *
 * @param allowed what any of them may have come to. @default anything
 */
export const judged = async (name: string, world: World, allowed?: readonly string[]): Promise<Ran> => {
  if (IS_FULL || world.isFollowed() || isDrawn(name)) await throughWindows(world);
  const breaches = breachesOf(world, allowed);
  return { name, world, outcome: outcomeOf(world), breaches: [...breaches, ...(await repeatedly(world))] };
};

/** Runs one case to its end, and judges it. @param allowed what it may have come to. @default anything */
export const runCase = async (one: Case, allowed?: readonly string[]): Promise<Ran> => {
  const world = await open(one);
  await drain(one, world);
  return judged(one.name, world, allowed);
};

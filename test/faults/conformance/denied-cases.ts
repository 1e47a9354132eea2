import { after, type EpochMs } from '../../../functions/core/epoch.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { judged, meantBy } from '../world/judge.ts';
import { type Case, open, postpone, type Ran } from '../world/run-case.ts';
import { START, type World } from '../world/world.ts';

const MINUTE_MS = 60_000;
const DENIED = 'stuck/access-denied';
/** Far more than come in two hours. */
const MOST_DELIVERIES = 90;

/** A grant that comes in time for an urgent request, and for one that is not. */
const GRANTED_AFTER: Readonly<Record<Case['reason'], number>> = { leaked: 9 * MINUTE_MS, manual: 35 * MINUTE_MS };

/** When AWS denies the secret, and until when. */
const WHENS = {
  'until a grant': { deliveriesBefore: 0, isGranted: true },
  'for good': { deliveriesBefore: 0, isGranted: false },
  'after a delivery, until a grant': { deliveriesBefore: 1, isGranted: true },
  'after a delivery, for good': { deliveriesBefore: 1, isGranted: false },
} as const;

/** An order that AWS denies a secret. */
export interface DeniedCase extends Case {
  readonly secret: 'signer' | 'target';
  readonly when: keyof typeof WHENS;
}

const secretOf = ({ seeded }: Pick<World, 'seeded'>, which: DeniedCase['secret']): string | undefined => {
  const { secretId, target } = seeded.request as { secretId: string; target: { secretId?: string } };
  return which === 'signer' ? secretId : target.secretId;
};

/** Each secret that the order names, denied from the beginning or later, for good or until a grant. A plan is denied from the beginning. */
export const deniedCases = async (order: OrderUnderTest): Promise<readonly DeniedCase[]> => {
  const seeded = (await order.seed(() => START)).seeded;
  const cases: DeniedCase[] = [];
  for (const secret of ['signer', 'target'] as const) {
    if (secretOf({ seeded }, secret) === undefined) continue;
    const name = [order.name, `denied its ${secret}`];
    for (const reason of ['leaked', 'manual'] as const)
      for (const when of Object.keys(WHENS) as DeniedCase['when'][])
        cases.push({ name: [...name, reason, when].join(' | '), order, reason, secret, when });
    const plan = { order, reason: 'manual', secret, when: 'for good', fields: { dryRun: true } } as const;
    cases.push({ ...plan, name: [...name, 'dry run'].join(' | ') });
  }
  return cases;
};

export const shownByDenied = ({ secret, when, reason, fields }: DeniedCase): readonly string[] => [
  `${secret} denied ${when}, ${fields ? 'dry run' : reason}`,
];

/** Whether the first receipt says at once that the secret is denied: before its end, or as the end of a plan. */
const isToldAtOnce = ({ witness }: World, { fields }: DeniedCase): boolean => {
  const first = witness.receipts[0]?.receipt;
  return fields
    ? first?.final === true && first.code === 'access-denied'
    : first?.code === 'refused-for-now' && first.wouldEnd === DENIED;
};

/** What the request may come to, by when its secret was denied. */
const allowedIn = (one: DeniedCase): readonly string[] => {
  const { deliveriesBefore, isGranted } = WHENS[one.when];
  if (isGranted) return meantBy(one);
  return deliveriesBefore === 0 ? [DENIED] : [DENIED, ...meantBy(one)];
};

/** Delivers until nothing is left on the queue, with the secret denied for its time. */
const drainDenied = async (one: DeniedCase, world: World): Promise<readonly string[]> => {
  const { deliveriesBefore, isGranted } = WHENS[one.when];
  const name = secretOf(world, one.secret) ?? '';
  let grantedAt: EpochMs | undefined;
  const untold: string[] = [];
  for (let deliveries = 0; world.queue.length > 0 && deliveries < MOST_DELIVERIES; deliveries += 1) {
    if (deliveries === deliveriesBefore) {
      world.vault.deny(name, true);
      grantedAt = isGranted ? after(world.clock.now(), GRANTED_AFTER[one.reason]) : undefined;
    }
    if (grantedAt !== undefined && (world.next()?.visibleAt ?? 0) >= grantedAt) world.vault.deny(name, false);
    // A request whose secret is granted again may come late, as from a real queue.
    if (grantedAt === undefined || world.clock.now() >= grantedAt) postpone(world, deliveries);
    await world.deliver();
    if (deliveries === 0 && deliveriesBefore === 0 && !isToldAtOnce(world, one))
      untold.push('L2: the denial was not told at once');
  }
  return untold;
};

/** Runs one case to its end, and judges it. */
export const runDenied = async (one: DeniedCase): Promise<Ran> => {
  const world = await open(one);
  const untold = await drainDenied(one, world);
  const ran = await judged(one.name, world, allowedIn(one));
  return { ...ran, breaches: [...ran.breaches, ...untold] };
};

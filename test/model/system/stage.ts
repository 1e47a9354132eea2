import type { AttendedSandbox, KeySettings } from '../../../infra/local/sandbox/index.ts';
import type { OrderUnderTest, Seeded } from '../../faults/orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../../faults/orders/providers-under-test.ts';
import type { InProcess } from '../../faults/simulated/serve-in-process.ts';
import { HANDS, type Hand } from './hands.ts';
import type { Truth } from './happening.ts';

/** Who speaks for the target in an order: itself, a managing key, or both. */
export type Signed = 'self' | 'managing' | 'both';

/** One way to ask for something about a key, without its reason and its name. */
export interface Order {
  readonly name: string;
  readonly kind: 'delete' | 'update';
  readonly signed: Signed;
  /** The target is named, and may be the signer. */
  readonly isNamed: boolean;
  readonly target: string;
  readonly signer: string;
  /** Names of the secrets that it is carried out with. */
  readonly secrets: readonly string[];
  readonly request: Readonly<Record<string, unknown>>;
}

/** With what a person can do at every provider's web console. */
export type ByHand = InProcess & AttendedSandbox;

/** One provider with its keys, and every way to ask about them. */
export interface Stage {
  readonly name: string;
  readonly world: string;
  readonly orders: readonly Order[];
  /** Keys that an order is signed with or is about. */
  readonly keys: readonly string[];
  readonly secrets: Readonly<Record<string, unknown>>;
  /** What each secret holds after a rotation: another key that does as much. */
  readonly rotated: Readonly<Record<string, unknown>>;
  readonly hands: readonly Hand[];
  /** The most that an update leaves a key. */
  readonly narrow: KeySettings | undefined;
  readonly landsWithinMs: number;
  open(now: () => number): Promise<OpenStage>;
}

/** The provider's side, opened, with an onlooker. */
export interface OpenStage {
  readonly sandbox: ByHand;
  truth(keyId: string): Truth;
}

const inSecret = (target: unknown): string | undefined =>
  typeof target === 'object' && target !== null && 'secretId' in target ? String(target.secretId) : undefined;

const orderOf = (name: string, { request, target, signer }: Seeded): Order => {
  const other = inSecret(request['target']);
  return {
    name,
    kind: String(request['operation']).startsWith('update-') ? 'update' : 'delete',
    signed: signer === target ? 'self' : other ? 'both' : 'managing',
    isNamed: request['target'] !== 'self',
    target,
    signer,
    secrets: [String(request['secretId']), ...(other ? [other] : [])],
    request,
  };
};

/** Where nothing goes wrong it comes to what was asked, urgent or not. */
const isPlain = ({ ends, orElse = [], isCostly }: OrderUnderTest): boolean =>
  !isCostly && orElse.length === 0 && ends.leaked === ends.manual && !ends.leaked.startsWith('stuck/');

const stageOf = async (name: string, listed: readonly OrderUnderTest[]): Promise<Stage> => {
  const plain = listed.filter(isPlain);
  const all = await Promise.all(plain.map(async (order) => ({ order, seeded: (await order.seed(() => 0)).seeded })));
  const first = all[0];
  if (first === undefined) throw new Error(`Cannot make a stage of ${name}, wanted one plain order at least`);
  const { world, secrets, narrow, landsWithinMs } = first.seeded;
  const here = all.filter(({ seeded }) => seeded.world === world);
  const orders = here.map(({ order, seeded }) => orderOf(order.name, seeded));
  return {
    name,
    world,
    orders,
    keys: [...new Set(orders.flatMap(({ target, signer }) => [target, signer]))],
    secrets,
    rotated: Object.assign({}, ...here.map(({ seeded }) => seeded.rotated)),
    hands: HANDS[name] ?? [],
    narrow,
    landsWithinMs,
    open: async (now) => {
      const { sandbox, seeded } = await first.order.seed(now);
      const truth = (keyId: string): Truth => ({
        isAlive: sandbox.isAlive(world, keyId),
        settings: sandbox.keyIds().includes(keyId) ? seeded.settings?.(world, keyId) : undefined,
      });
      return { sandbox: sandbox as ByHand, truth };
    },
  };
};

/** Every provider that is under test. */
export const openStages = (): Promise<readonly Stage[]> =>
  Promise.all(Object.entries(PROVIDERS_UNDER_TEST).map(([name, orders]) => stageOf(name, orders)));

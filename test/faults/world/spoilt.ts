import type { Answer } from '../../../functions/core/answer.ts';
import type { Ports } from '../../../functions/core/ports.ts';
import type { Provider, Question } from '../../../functions/core/provider.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../orders/providers-under-test.ts';
import { breachesOf } from './evidence-of.ts';
import { type Case, open } from './run-case.ts';
import type { World } from './world.ts';

const DELIVERIES = 20;

/** @throws Error where no order has that name */
export const orderNamed = (wanted: string): OrderUnderTest => {
  const found = Object.values(PROVIDERS_UNDER_TEST)
    .flat()
    .find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`Cannot spoil ${wanted}, wanted an order that is under test`);
  return found;
};

/** What the tests of the laws spoil, where it does not matter what. */
export const ORDER = orderNamed('kalshi/delete-key by a managing key');

/** Runs a plain order by a function that something is wrong with. */
export const spoiled = async (
  spoil: (ports: Ports, world: World) => Ports,
  fields = {},
): Promise<readonly string[]> => {
  const one: Case = { name: '', order: ORDER, reason: 'leaked', fields };
  const world = await open(one);
  const ports = spoil(world.ports, world);
  for (let n = 0; n < DELIVERIES && world.queue.length > 0; n += 1) await world.deliver(ports);
  return breachesOf(world);
};

/** The same provider, its probes read in another way after the first. */
export const reading =
  (answer: Answer) =>
  (ports: Ports): Ports => {
    let asked = 0;
    const misread = (question: Question): Question => ({
      ...question,
      next: (replies, now) => {
        const next = question.next(replies, now);
        return 'answer' in next && asked++ > 0 ? { answer } : next;
      },
    });
    const misreading = (provider: Provider): Provider => ({
      ...provider,
      plan: (asking) => {
        const plan = provider.plan(asking);
        return { ...plan, probes: plan.probes.map(misread) };
      },
    });
    const providers = Object.entries(ports.providers).map(([name, provider]) => [name, misreading(provider)]);
    return { ...ports, providers: Object.fromEntries(providers) };
  };

/** No call ever gets out. */
export const cutOff = (ports: Ports): Ports => ({
  ...ports,
  send: async (call, until) => (call.method === 'GET' ? ports.send(call, until) : undefined),
});

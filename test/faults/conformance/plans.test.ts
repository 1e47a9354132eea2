import { expect, it } from 'vitest';
import { needsPerson } from '../../../functions/core/outcome.ts';
import { exitOfRequest, type Finished } from '../../../functions/operator/requests/finished.ts';
import { EXIT } from '../../../functions/operator/terminal/failure.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../orders/providers-under-test.ts';
import { type Case, drain, open, outcomeOf } from '../world/run-case.ts';

/** Identifiers of each provider that name no key. */
const UNKNOWN = [{ apiKey: 'NOBODYexample00001' }, { apiKeyId: '00000000-0000-4000-8000-000000000001' }];

type Target = Readonly<Record<string, unknown>> | string;

/** The targets that an order is played with: its own, and one that no key has. */
const targetsOf = ({ target }: { readonly target?: Target }): readonly (Target | undefined)[] => {
  const isNamed = typeof target === 'object';
  const unknown = UNKNOWN.filter((name) => isNamed && Object.keys(name).every((field) => field in target));
  return [target, ...unknown.map((name) => ({ ...(target as object), ...name }))];
};

const played = async (order: OrderUnderTest, reason: Case['reason'], fields: Case['fields']) => {
  const world = await open({ name: order.name, order, reason, ...(fields && { fields }) });
  await drain({ name: order.name, order, reason }, world);
  return world;
};

/** @returns what the plan's exit status says, and what the same request came to in a world of its own */
const foreseen = async (order: OrderUnderTest, reason: Case['reason'], target: Target | undefined) => {
  const fields = target === undefined ? {} : { target };
  const plan = await played(order, reason, { ...fields, dryRun: true });
  const item = plan.ledger.items().find(({ pk }) => pk.endsWith('#plan')) as unknown as Finished;
  const outcome = outcomeOf(await played(order, reason, fields));
  return { plan: exitOfRequest(item), outcome };
};

it.each(Object.values(PROVIDERS_UNDER_TEST).flat())(
  'a plan of $name succeeds if and only if the request would end without a person',
  async (order) => {
    const { request } = (await order.seed(() => Date.UTC(2026, 10, 20))).seeded;
    for (const reason of ['manual', 'leaked'] as const)
      for (const target of targetsOf(request as { readonly target?: Target })) {
        const { plan, outcome } = await foreseen(order, reason, target);
        const isWell = !needsPerson(outcome as never);
        expect([plan, outcome]).toEqual([isWell ? EXIT.done : EXIT.stuck, outcome]);
      }
  },
);

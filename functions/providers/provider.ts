import { Fault } from '../core/fault.ts';
import type { Operation, Order, Plan, Provider } from '../core/provider.ts';
import { realmsOf } from './realms.ts';

/** What a provider's folder says of itself. What most providers do not have may be left out. */
export interface Definition<Own extends Operation>
  extends Omit<Provider, 'operations' | 'locators' | 'secretForms' | 'refusedRegions' | 'locate' | 'plan'>,
    Partial<Pick<Provider, 'locators' | 'secretForms' | 'refusedRegions' | 'locate'>> {
  readonly operations: Readonly<Record<string, Own>>;
  /** The provider's own rules for who may sign. @throws Fault `refused/…` */
  checkSigner?(order: Order): void;
  /** Whether a signer of one environment reaches a target of another, although the two are not one realm. */
  isRelated?(signer: string, target: string): boolean;
  /** An order for that operation, whose signer reaches the target. */
  plan(order: Order, operation: Own): Plan;
}

/** Makes a provider of its definition. No provider's folder has to check what holds for each of them. */
export const provider = <Own extends Operation>(definition: Definition<Own>): Provider => {
  const { checkSigner, isRelated, ...rest } = definition;
  const { title, operations } = rest;
  const { checkReach } = realmsOf(rest.environments);
  return {
    locators: {},
    secretForms: [],
    refusedRegions: {},
    locate: () => ({}),
    ...rest,
    plan: (order) => {
      const operation = Object.hasOwn(operations, order.operation) ? operations[order.operation] : undefined;
      if (operation === undefined)
        throw new Fault(
          'refused/malformed',
          `Cannot do ${order.operation} at ${title}: the operation must be one of ${Object.keys(operations).join(', ')}`,
        );
      checkSigner?.(order);
      checkReach(order, isRelated);
      return rest.plan(order, operation);
    },
  };
};

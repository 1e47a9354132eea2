import { Fault } from '../core/fault.ts';
import type { Environment, Order } from '../core/provider.ts';

/** A provider's environments, as its plans ask about them. */
export interface Realms {
  readonly hostOf: (environment: string) => string;
  readonly isSameRealm: (a: string, b: string) => boolean;
  /**
   * @param isRelated whether a signer there reaches a target here although the two are not one realm
   * @throws Fault `refused/environment-mismatch` where the signer cannot know the target
   */
  readonly checkReach: (order: Order, isRelated?: (signer: string, target: string) => boolean) => void;
}

/** Answers for a table of environments; a credential holds none of another name. */
export const realmsOf = (environments: Readonly<Record<string, Environment>>): Realms => {
  const at = (name: string): Environment => environments[name] as Environment;
  const isSameRealm = (a: string, b: string) => at(a).realm === at(b).realm;
  return {
    hostOf: (name) => at(name).host,
    isSameRealm,
    checkReach: ({ signer: { environment: from }, target }, isRelated = () => false) => {
      const to = target.credential?.environment ?? from;
      if (isSameRealm(from, to) || isRelated(from, to)) return;
      throw new Fault(
        'refused/environment-mismatch',
        `Cannot reach a key of ${to} from ${from}: both keys must be in the same environment`,
      );
    },
  };
};

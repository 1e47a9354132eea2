import { Fault } from '../core/fault.ts';
import type { Environment, Order } from '../core/provider.ts';

/** What a provider's plans ask about its environments. */
interface Realms {
  readonly hostOf: (environment: string) => string;
  readonly isSameRealm: (a: string, b: string) => boolean;
  /**
   * @param isRelated whether a signer of one environment reaches a target of another one, although their realms differ
   * @throws Fault `refused/environment-mismatch` if the signer cannot know the target
   */
  readonly checkReach: (order: Order, isRelated?: (signer: string, target: string) => boolean) => void;
}

/** Answers for a table of environments. A credential names only these. */
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

import { Unavailable } from '../../../functions/core/fault.ts';
import type { Hooks } from '../../faults/simulated/instrumented.ts';

/**
 * What goes wrong with one delivery at the calls of its ports. `thrown`: an exception, once. `killed`: the process ends, and whatever it
 * waits for never comes. `unavailable`: a service does not answer, once, or the whole delivery long.
 */
export type Trouble =
  | {
      readonly kind: 'thrown' | 'killed' | 'unavailable';
      readonly when: 'before' | 'after';
      /** From 0, in the order of the calls. */
      readonly call: number;
    }
  | { readonly kind: 'down'; readonly port: string };

/** These promise to reject never, or not for want of a service. */
const OURS = ['send', 'clock.until'];

const never = new Promise<never>(() => {});

const gone = (): never => {
  throw new Unavailable('Cannot reach the service, it is gone');
};

export interface Troubled {
  readonly hooks: Hooks;
  /** Resolves when the process ends. */
  readonly killed: Promise<'killed'>;
  isMet(): boolean;
}

/** Hooks for the instrumented ports that bring the trouble about. */
export const hooksOf = (trouble: Trouble | undefined): Troubled => {
  const counts = { before: 0, after: 0 };
  let met = false;
  let isOver = false;
  let end = (): void => {};
  const killed = new Promise<'killed'>((resolve) => {
    end = () => resolve('killed');
  });
  const at =
    (now: 'before' | 'after') =>
    async (name: string): Promise<void> => {
      if (isOver) return never;
      if (trouble === undefined) return;
      if (trouble.kind === 'down') {
        if (now === 'after' || !name.startsWith(trouble.port)) return;
        met = true;
        gone();
        return;
      }
      if (counts[now]++ !== trouble.call || now !== trouble.when) return;
      if (trouble.kind === 'unavailable' && OURS.includes(name)) return;
      met = true;
      if (trouble.kind === 'unavailable') gone();
      if (trouble.kind === 'thrown') throw new Error('Cannot continue: this was the plan');
      isOver = true;
      end();
      return never;
    };
  return { hooks: { before: at('before'), after: at('after') }, killed, isMet: () => met };
};

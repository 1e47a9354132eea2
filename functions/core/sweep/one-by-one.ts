import { Unavailable } from '../fault.ts';
import type { Ports } from '../ports.ts';
import { AT_ONCE } from '../some-at-once.ts';

/** Serves many items, so that one which fails stops no other. */
export interface OneByOne {
  /**
   * Serves one item. A failure is logged and counted.
   *
   * @param name tells people which item it was
   * @throws Unavailable if so many items in a row fail that an AWS service must be down
   */
  serve<T>(name: string, work: () => Promise<T>): Promise<T | undefined>;
  /** Call this at the end. @throws Unavailable if an AWS service answered for no item at all */
  finish(): void;
}

const isDown = (error: unknown): error is Unavailable => error instanceof Unavailable;

/** @param what is done with each item, for the log */
export const oneByOne = ({ log }: Pick<Ports, 'log'>, what: string): OneByOne => {
  let inRow = 0;
  let hasServed = false;
  let down: Unavailable | undefined;
  return {
    serve: async (name, work) => {
      try {
        const result = await work();
        hasServed = true;
        inRow = 0;
        return result;
      } catch (error) {
        inRow += 1;
        log.warn('ledger item failed', { what, name, problem: isDown(error) ? error.message : 'defect' });
        if (!isDown(error)) return undefined;
        down ??= error;
        if (inRow >= AT_ONCE) throw error;
        return undefined;
      }
    },
    finish: () => {
      if (!hasServed && down !== undefined) throw down;
    },
  };
};

import type { Ports } from '../../../functions/core/ports.ts';

/** Asked around each call of a port that is waited for. */
export interface Hooks {
  /** May throw, or never resolve. */
  before?(name: string): Promise<void>;
  /** The call has taken effect. */
  after?(name: string): Promise<void>;
}

type Callable = (...args: readonly unknown[]) => unknown;

/** Names of ports whose calls are waited for, learned from what they return. */
export type Awaited = Set<string>;

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wrapped =
  (name: string, call: Callable, awaited: Awaited, hooks: Hooks): Callable =>
  (...args) => {
    const run = async (): Promise<unknown> => {
      await hooks.before?.(name);
      const value = await call(...args);
      await hooks.after?.(name);
      return value;
    };
    if (awaited.has(name)) return run();
    const value = call(...args);
    if (isPromise(value)) awaited.add(name);
    return value;
  };

const wrapAll = <T extends object>(object: T, path: string, awaited: Awaited, hooks: Hooks): T =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      const full = path === '' ? name : `${path}.${name}`;
      if (typeof value === 'function') return [name, wrapped(full, value as Callable, awaited, hooks)];
      return [name, isPlain(value) ? wrapAll(value, full, awaited, hooks) : value];
    }),
  ) as T;

/** The same ports with hooks around every call that returns a promise; `awaited` is filled in by a run without hooks. */
export const instrumented = ({ providers, rates, ...ports }: Ports, awaited: Awaited, hooks: Hooks = {}): Ports => ({
  ...wrapAll(ports, '', awaited, hooks),
  providers, // pure, so that nothing of theirs is waited for
  rates, // this process's memory
});

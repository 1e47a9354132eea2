import type { AttendedSandbox, ProviderSandbox } from './cast.ts';
import * as SANDBOXES from './sandboxes.ts';
import type { SandboxOptions } from './serve-provider.ts';

export type { AttendedSandbox, ProviderSandbox } from './cast.ts';
export type { Change, Exchange, KeySettings } from './exchange.ts';
export { FAULT_TABLE, type FaultRow } from './fault-table.ts';
export type { Fault, FaultMatch, FaultScript, Faults } from './faults.ts';
export type { Sandbox, SandboxOptions } from './serve-provider.ts';

type All = typeof SANDBOXES;
export type SandboxName = keyof All;

/** A sandbox of each provider. */
export type Sandboxes = { readonly [P in SandboxName]: Awaited<ReturnType<All[P]['side']>> };
export type SandboxesOptions = { readonly [P in SandboxName]?: Parameters<All[P]['side']>[0] };

type OfAny = ProviderSandbox<SandboxOptions, AttendedSandbox>;

/** Every provider's sandbox, cast and hands, for what takes no interest in which provider it is. */
export const SANDBOX_OF: Readonly<Record<SandboxName, OfAny>> = SANDBOXES;

export const SANDBOX_NAMES = Object.keys(SANDBOXES) as readonly SandboxName[];

/** Starts one provider's side on a loopback port. Close it when done. */
export const startSandbox = <P extends SandboxName>(
  provider: P,
  options?: SandboxesOptions[P],
): Promise<Sandboxes[P]> => SANDBOX_OF[provider].side(options) as Promise<Sandboxes[P]>;

/** Makes something for each provider by its name. */
export const forEachSandbox = <Made>(make: (provider: SandboxName) => Made): Readonly<Record<SandboxName, Made>> =>
  Object.fromEntries(SANDBOX_NAMES.map((name) => [name, make(name)])) as Record<SandboxName, Made>;

/** Starts each provider's side, one after the other. */
export const startSandboxes = async (
  start: (provider: SandboxName) => Promise<AttendedSandbox> = startSandbox,
): Promise<Sandboxes> => {
  const started: Record<string, AttendedSandbox> = {};
  for (const name of SANDBOX_NAMES) started[name] = await start(name);
  return started as unknown as Sandboxes;
};

/** The variables that lead a function to these sandboxes instead of to the providers. */
export const baseUrlsOf = (
  sandboxes: Readonly<Record<string, { readonly url: string }>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(sandboxes).map(([name, { url }]) => [`${name.toUpperCase()}_BASE_URL`, url]));

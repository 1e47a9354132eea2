import * as z from 'zod';
import { Fault } from '../../core/fault.ts';
import type { BybitSettings } from './settings.ts';

/** The addresses that a key is bound to; `undefined`: the key is not bound, and works from everywhere. */
export type Binding = readonly string[] | undefined;

/** How Bybit writes that there is no binding. */
export const UNBOUND = '*';

const Address = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

/** Reads a list of addresses as Bybit gives it. An empty list, or a list with `*`, means no binding. */
export const bindingOf = (ips: readonly string[]): Binding => {
  const addresses = ips.map((ip) => ip.trim()).filter((ip) => ip !== '');
  return addresses.length === 0 || addresses.includes(UNBOUND) ? undefined : [...new Set(addresses)];
};

/**
 * The binding that an order asks for.
 *
 * @returns `null` if the order does not ask for one
 * @throws Fault `refused/malformed` if a part is not an address
 */
export const askedBinding = ({ ips }: BybitSettings): Binding | null => {
  if (ips === undefined) return null;
  const parts = (typeof ips === 'string' ? ips.split(',') : ips).map((ip) => ip.trim());
  if (parts.length === 1 && parts[0] === UNBOUND) return undefined;
  const isAddresses = parts.length > 0 && parts.every((ip) => Address.safeParse(ip).success);
  if (!isAddresses)
    throw new Fault('refused/malformed', 'Cannot use these ips: they must be IP addresses, or only "*"');
  return [...new Set(parts)];
};

/** Whether the inner binding allows only addresses that the outer binding allows too. */
export const isWithin = (inner: Binding, outer: Binding): boolean =>
  outer === undefined || (inner?.every((ip) => outer.includes(ip)) ?? false);

/** What both allow; `null` if they have no address in common, which cannot be sent. */
export const common = (a: Binding, b: Binding): Binding | null => {
  if (a === undefined || b === undefined) return a ?? b;
  const both = a.filter((ip) => b.includes(ip));
  return both.length > 0 ? both : null;
};

/** In the form of the update calls. */
export const written = (binding: Binding): string => binding?.join(',') ?? UNBOUND;

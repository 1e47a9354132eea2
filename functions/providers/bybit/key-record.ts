import * as z from 'zod';
import type { KeyRecord } from '../../core/answer.ts';

/** Settings that a reply may lack, or may hold in a form that is not known. */
export const SETTINGS = {
  ips: z.array(z.string()).optional().catch(undefined),
  permissions: z.record(z.string(), z.array(z.string())).optional().catch(undefined),
};

interface Read {
  readonly ips: readonly string[] | undefined;
  readonly permissions: KeyRecord['permissions'] | undefined;
}

/** A key's settings where all of them were read; one missing tells nothing of what the key may do. */
export const recordOf = (readOnly: 0 | 1 | undefined, { ips, permissions }: Partial<Read>): KeyRecord | undefined =>
  readOnly === undefined || ips === undefined || permissions === undefined ? undefined : { readOnly, ips, permissions };

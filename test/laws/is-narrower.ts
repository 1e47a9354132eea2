import type { KeySettings } from '../../infra/local/sandbox/index.ts';

/** No address and `*` are both no binding. */
const within = (inner: readonly string[], outer: readonly string[]): boolean =>
  outer.includes('*') || outer.length === 0 || inner.every((one) => outer.includes(one));

/** Whether the first settings let a key do nothing that the second do not. */
export const isNarrower = (after: KeySettings, before: KeySettings): boolean =>
  after.readOnly >= before.readOnly &&
  (after.ips.length > 0 || before.ips.length === 0) &&
  within(after.ips, before.ips) &&
  Object.entries(after.permissions).every(([group, values]) =>
    values.every((value) => before.permissions[group]?.includes(value)),
  );

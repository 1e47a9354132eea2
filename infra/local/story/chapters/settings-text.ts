import type { KeySettings } from '../../sandbox/index.ts';

/** A key's settings on one line: `readOnly=1 Wallet=AccountTransfer`. */
export const settingsText = ({ readOnly, permissions, ips }: KeySettings): string => {
  const groups = Object.entries(permissions).filter(([, names]) => names.length > 0);
  const bound = ips.includes('*') ? [] : [`ips=${ips.join()}`];
  return [`readOnly=${readOnly}`, ...groups.map(([group, names]) => `${group}=${names.join()}`), ...bound].join(' ');
};

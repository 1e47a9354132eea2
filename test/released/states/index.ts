import { CALLS } from './calls.ts';
import { ENDS } from './ends.ts';
import type { State } from './make.ts';
import { MESSAGES } from './messages.ts';
import { OPERATED } from './operated.ts';
import { PROGRESS } from './progress.ts';
import { SEVERAL } from './several.ts';
import { SWEEPS } from './sweeps.ts';

/** Every state that a release may leave behind. */
export const STATES: readonly State[] = [
  ...MESSAGES,
  ...PROGRESS,
  ...CALLS,
  ...ENDS,
  ...SEVERAL,
  ...SWEEPS,
  ...OPERATED,
];

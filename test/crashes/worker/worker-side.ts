// Loaded before the function in a process of its own: puts it on the run's clock, and ends it where its fate says.

import type { Death, Fate } from '../chance/fate.ts';
import { watchExchanges } from './exchanges.ts';
import { fakeDate } from './fake-date.ts';
import type { Telling, Told } from './notes.ts';
import { takeOverTimers } from './patient-timers.ts';

/** Nobody hangs longer, should the one who was to kill it be gone. */
const LONGEST_HANG_MS = 60_000;

let now = Date.now();
let fate: Fate = { at: 'no time' };
let isResting = false;

const tell = (telling: Telling): void => void process.send?.(telling);

const hang = (): never => {
  tell({ kind: 'hangs' });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONGEST_HANG_MS);
  return process.exit(1);
};

const DEATHS: Readonly<Record<Death, () => void>> = {
  killed: () => void process.kill(process.pid, 'SIGKILL'),
  exited: () => process.exit(1),
  threw: () => {
    throw new Error('Cannot continue: this delivery was to end here');
  },
  'timed out': hang,
};

/** Fires what is due, or says that there is nothing to do before an instant; only where no exchange is under way. */
const rest = (): void => {
  if (isResting || exchanges.underWay() > 0) return;
  const isWoken = timers.run();
  const until = timers.next();
  if (isWoken) restSoon();
  else if (until !== undefined) {
    isResting = true;
    tell({ kind: 'rests', until });
  }
};
/** Whatever was begun comes to its own first wait before that. */
const restSoon = (): void => void setImmediate(rest);

const exchanges = watchExchanges((exchange, moment) => {
  if (fate.at === 'exchange' && fate.exchange === exchange && fate.moment === moment) DEATHS[fate.death]();
}, restSoon);
const timers = takeOverTimers(() => now, restSoon);
fakeDate(() => now);

process.on('message', (told: Told) => {
  if (told.kind !== 'begins' && told.kind !== 'woken') return;
  now = told.now;
  if (told.kind === 'begins') fate = told.fate;
  isResting = false;
  rest();
});

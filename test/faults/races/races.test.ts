import { afterAll } from 'vitest';
import { PROVIDERS_UNDER_TEST } from '../orders/providers-under-test.ts';
import { campaign } from '../world/campaign.ts';
import { atOnceCases, runAtOnce, shownAtOnce, thousandCases } from './at-once-cases.ts';
import { meanwhileCases, runMeanwhile, shownMeanwhile } from './meanwhile-cases.ts';
import { redriveCases, runRedrive, shownByRedrive } from './redrive-cases.ts';
import { runSweeps, shownBySweep, sweepCases } from './sweep-cases.ts';
import { runTwoFaults, shownByTwoFaults, twoFaultsCases } from './two-faults-cases.ts';

const FIRST = Object.values(PROVIDERS_UNDER_TEST).flatMap((orders) => orders.slice(0, 1));
const { perOrder, report } = campaign('conformance of races');

perOrder('%s keeps the laws whatever happens beside any step of a delivery', {
  list: meanwhileCases,
  run: runMeanwhile,
  shows: shownMeanwhile,
});

perOrder('%s keeps the laws where messages are delivered at once, by turns', {
  list: atOnceCases,
  run: (one) => runAtOnce(one),
  shows: shownAtOnce,
});

perOrder('%s is carried out once where its message comes a thousand times at once', {
  list: thousandCases,
  run: (one) => runAtOnce(one),
  shows: shownAtOnce,
  orders: FIRST,
});

perOrder('%s is carried out once where sweeps overlap', {
  list: sweepCases,
  run: (one) => runSweeps(one),
  shows: shownBySweep,
});

perOrder('%s is carried out by a redrive 13 days later', {
  list: redriveCases,
  run: runRedrive,
  shows: shownByRedrive,
});

perOrder('%s keeps the laws where a call goes astray and readings lie', {
  list: twoFaultsCases,
  run: runTwoFaults,
  shows: shownByTwoFaults,
});

// Each step of a delivery is a place where something happens: with fewer steps there are fewer cases.
afterAll(() => report(170_000));

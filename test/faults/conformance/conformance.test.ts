import { afterAll } from 'vitest';
import { campaign } from '../world/campaign.ts';
import { meantBy, runCase } from '../world/judge.ts';
import type { Case, Ran } from '../world/run-case.ts';
import { crashCases, runCrash, shownByCrash } from './crash-cases.ts';
import { deniedCases, runDenied, shownByDenied } from './denied-cases.ts';
import { faultCases, otherLaneCases, shownByFault, shownByOtherLane } from './fault-cases.ts';
import { runWindow, shownInWindow, windowCases } from './window-cases.ts';

const { perOrder, report } = campaign('conformance');

const asMeant = (one: Case): Promise<Ran> =>
  runCase(one, one.fault === undefined || one.fault.lasting === 'once' ? meantBy(one) : undefined);

perOrder('%s keeps the laws under every fault at every exchange', {
  list: faultCases,
  run: asMeant,
  shows: shownByFault,
});

perOrder('%s keeps the laws where it comes by the queue of another lane', {
  list: otherLaneCases,
  run: asMeant,
  shows: shownByOtherLane,
});

perOrder('%s continues from the ledger after a crash at every step', {
  list: crashCases,
  run: runCrash,
  shows: shownByCrash,
});

perOrder('%s tells of a secret that AWS denies, and continues once it is granted', {
  list: deniedCases,
  run: runDenied,
  shows: shownByDenied,
});

perOrder('%s is confirmed in its settle window, and keeps the laws under every fault there', {
  list: windowCases,
  run: runWindow,
  shows: shownInWindow,
});

afterAll(() => report(20_000));

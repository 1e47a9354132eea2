import { both } from '../life/both.ts';
import type { Draw } from '../life/draw.ts';
import type { Sickness } from '../life/stage.ts';
import { controlIsTarget, controlKept, controlRefused } from './controls.ts';
import { ALL, ASKS_FOR_ITSELF, BY_ITSELF, BY_MANAGER, DELETES, type Kind, UPDATES } from './kind.ts';
import { flapping, laggingReads, shareOfNodes } from './nodes.ts';
import { banOfAddress, banOfFailures, droppedJobs, lostCalls, outageOfAccount, outageOfAll } from './outages.ts';
import { changedBehindReplica, managerKilled, oneKeyOnly, restored, secretDeleted, switchedOff } from './people.ts';
import { opaqueAcceptance, pausedAfterWord, settlesWithin } from './providers.ts';
import { cacheOfAnother, cacheOfOlder, laggingLists, missingRow, shiftingPages } from './reads.ts';

type Draws = (draw: Draw) => Sickness;

const HEALTHY: Sickness = { says: 'nothing is wrong' };

/** In half of the worlds the replies to the first calls are lost as well. */
const orLost =
  (draws: Draws): Draws =>
  (draw) =>
    draw.chance(0.5) ? both(draws(draw), lostCalls(draw)) : draws(draw);

const CROWD = 100;

/** Every kind of world. */
export const KINDS: readonly Kind[] = [
  { name: 'healthy', orders: ALL, draw: () => HEALTHY },
  { name: 'authentication outage', orders: ALL, draw: outageOfAll },
  { name: 'authentication outage of one account', orders: ALL, draw: outageOfAccount },
  { name: 'reply lost', orders: ALL, draw: lostCalls },
  {
    name: 'reply lost in an authentication outage',
    orders: ALL,
    draw: (draw) => both(outageOfAll(draw), lostCalls(draw)),
  },
  { name: 'accepted and never applied', orders: ALL, draw: droppedJobs },
  ...(['probe', 'connection', 'address', 'minute'] as const).flatMap((per) =>
    (['for a time', 'for ever'] as const).map(
      (lasting): Kind => ({
        name: `share of nodes ${lasting}, per ${per}`,
        orders: DELETES,
        draw: shareOfNodes(per, lasting),
      }),
    ),
  ),
  { name: 'flapping reads', orders: DELETES, draw: flapping },
  { name: 'lagging reads', orders: DELETES, draw: orLost(laggingReads) },
  { name: 'lagging lists', orders: BY_MANAGER, draw: orLost(laggingLists) },
  { name: 'list without the row', orders: BY_MANAGER, draw: missingRow },
  {
    name: 'list without the row, reply lost',
    orders: BY_MANAGER,
    draw: (draw) => both(missingRow(draw), lostCalls(draw)),
  },
  { name: 'shifting pages', orders: BY_MANAGER, draw: orLost(shiftingPages) },
  { name: 'cache with an older answer', orders: ALL, draw: orLost(cacheOfOlder) },
  { name: 'cache with another key', orders: ASKS_FOR_ITSELF, draw: cacheOfAnother },
  { name: 'ban of the address', orders: ALL, draw: orLost(banOfAddress) },
  { name: 'ban after failed authentications', orders: ALL, draw: orLost(banOfFailures) },
  { name: 'switched off by hand', orders: DELETES, draw: switchedOff },
  { name: 'manager killed in the window', orders: BY_MANAGER, draw: managerKilled },
  { name: 'secret deleted after the word', orders: DELETES, draw: secretDeleted },
  { name: 'one key only', orders: BY_ITSELF, draw: (draw) => both(oneKeyOnly(), lostCalls(draw)) },
  {
    name: 'one key only in an authentication outage',
    orders: BY_ITSELF,
    draw: (draw) => both(oneKeyOnly(), outageOfAll(draw)),
  },
  { name: 'control key, reply lost', orders: BY_ITSELF, draw: (draw) => both(controlKept(), lostCalls(draw)) },
  {
    name: 'control key in an authentication outage',
    orders: BY_ITSELF,
    draw: (draw) => both(controlKept(), orLost(outageOfAll)(draw)),
  },
  {
    name: 'control key in an authentication outage of one account',
    orders: BY_ITSELF,
    draw: (draw) => both(controlKept(), orLost(outageOfAccount)(draw)),
  },
  { name: 'control key refused', orders: DELETES, draw: orLost(controlRefused) },
  {
    name: 'control key that is itself leaked',
    orders: BY_ITSELF,
    draw: (draw) => both(controlIsTarget(), lostCalls(draw)),
  },
  { name: 'opaque acceptance', orders: DELETES, draw: (draw) => both(opaqueAcceptance(), orLost(droppedJobs)(draw)) },
  { name: 'documented window', orders: DELETES, draw: (draw) => both(settlesWithin(draw), orLost(laggingReads)(draw)) },
  {
    name: 'paused after the word',
    orders: ALL,
    draw: (draw) => both(pausedAfterWord(draw), orLost(outageOfAll)(draw)),
  },
  ...(['widened', 'narrowed'] as const).map(
    (how): Kind => ({
      name: `${how} by hand behind a replica`,
      orders: UPDATES,
      draw: (draw) => changedBehindReplica(how, draw),
    }),
  ),
  { name: 'restored by hand', orders: DELETES, draw: restored },
  {
    name: '100 deletes in one list',
    orders: BY_MANAGER.filter(({ name }) => !name.includes(',')),
    requests: CROWD,
    draw: () => ({ ...HEALTHY, others: CROWD - 1 }),
  },
];

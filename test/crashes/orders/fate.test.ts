import { expect, it } from 'vitest';
import { DEATHS, deathOf, drawFate, MOMENTS } from '../chance/fate.ts';
import { randomFrom } from '../chance/random.ts';
import { deliveriesOf } from './deliveries.ts';

const eventOf = (n: number) => ({ Records: [{ body: `{"reference":"crash-run-${n}"}` }] });

it('is the same for the same seed and delivery, whatever was delivered in between', () => {
  const [one, other, else_] = [deliveriesOf('1'), deliveriesOf('1'), deliveriesOf('2')];
  const first = [1, 1, 1, 2, 2].map((n) => one.fateOf(eventOf(n)));
  const mixed = [2, 1, 2, 1, 1].map((n) => other.fateOf(eventOf(n)));
  expect([mixed[1], mixed[3], mixed[4], mixed[0], mixed[2]]).toEqual(first);
  expect([1, 1, 1, 2, 2].map((n) => else_.fateOf(eventOf(n)))).not.toEqual(first);
  expect(one.fatesOf(2)).toEqual(first.slice(3));
});

it('lets every order finish at last', () => {
  const deliveries = deliveriesOf('1');
  const fates = Array.from({ length: 20 }, () => deliveries.fateOf(eventOf(1)));
  expect(fates.slice(6)).toEqual(Array(14).fill({ at: 'no time' }));
});

it('has the readings of an order die as well, and finish at last', () => {
  const deliveries = deliveriesOf('1');
  const reading = { Records: [{ body: '{"reference":"crash-run-1","look":true}' }] };
  for (let n = 0; n < 20; n += 1) deliveries.fateOf(eventOf(1));
  const fates = Array.from({ length: 20 }, () => deliveries.fateOf(reading));
  expect(fates.slice(0, 3).some((fate) => deathOf(fate) !== undefined)).toBe(true);
  expect(fates.slice(3)).toEqual(Array(17).fill({ at: 'no time' }));
  expect(deliveries.fatesOf(1)).toHaveLength(40);
});

it('knows every death at every moment, and life', () => {
  const random = randomFrom('any');
  const drawn = Array.from({ length: 2_000 }, () => drawFate(random));
  const atExchange = drawn.flatMap((fate) => (fate.at === 'exchange' ? [`${fate.death} ${fate.moment}`] : []));
  expect(new Set(atExchange).size).toBe(DEATHS.length * MOMENTS.length);
  expect(new Set(drawn.map(({ at }) => at)).size).toBe(6);
  expect(drawn.filter((fate) => deathOf(fate) === undefined).length).toBeGreaterThan(500);
});

it('counts what died as it was meant to, and tells of what died by itself', async () => {
  const deliveries = deliveriesOf('1');
  const dies = () => Promise.reject(new Error('signal SIGKILL'));
  await deliveries.count({ at: 'wait' }, dies()).catch(() => undefined);
  await deliveries.count({ at: 'exchange', exchange: 1, moment: 'before', death: 'exited' }, Promise.resolve());
  await deliveries.count({ at: 'no time' }, dies()).catch(() => undefined);
  expect(deliveries.total()).toBe(3);
  expect(deliveries.deaths()).toEqual({ killed: 1 });
  expect(deliveries.unasked()).toEqual(['A process ended by itself: Error: signal SIGKILL']);
});

import { afterEach, expect, it, vi } from 'vitest';
import { periodOf, type Schedule, ticker } from '../../../../infra/local/lambda/schedule.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const SCHEDULE: Schedule = { name: 'sweep', expression: 'rate(5 minutes)', isEnabled: true };
const answering = () => vi.fn(async (_event: unknown) => null);
afterEach(() => void vi.useRealTimers());

it.each([
  ['rate(1 minute)', 60_000],
  ['rate(5 minutes)', 300_000],
  ['rate(2 hours)', 7_200_000],
  ['rate(1 day)', 86_400_000],
])('reads %s', (expression, period) => expect(periodOf(expression)).toBe(period));

it.each(['rate(0 minutes)', 'rate(5 weeks)', 'cron(0 12 * * ? *)', 'at(2026-01-01T00:00:00)'])(
  'refuses %s',
  (expression) => expect(() => periodOf(expression)).toThrow(`Cannot read schedule "${expression}", wanted`),
);

it('invokes after each period from its start until it is stopped', () => {
  vi.useFakeTimers({ now: NOW });
  const invoke = answering();
  const { start, stop } = ticker(SCHEDULE, { invoke });
  start();
  vi.advanceTimersByTime(299_999);
  expect(invoke).not.toHaveBeenCalled();
  vi.advanceTimersByTime(300_001);
  expect(invoke).toHaveBeenCalledTimes(2);
  stop();
  vi.advanceTimersByTime(900_000);
  expect(invoke).toHaveBeenCalledTimes(2);
});

it('does not start when it is disabled, but ticks by hand', async () => {
  vi.useFakeTimers({ now: NOW });
  const invoke = answering();
  const { start, tick } = ticker({ ...SCHEDULE, isEnabled: false }, { invoke });
  start();
  vi.advanceTimersByTime(900_000);
  expect(invoke).not.toHaveBeenCalled();
  await tick();
  expect(invoke).toHaveBeenCalledTimes(1);
});

it("sends Scheduler's own event where the schedule has no input", async () => {
  const invoke = answering();
  await ticker(SCHEDULE, { invoke, now: () => NOW }).tick();
  expect(invoke).toHaveBeenCalledWith({
    version: '0',
    id: expect.any(String),
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: '000000000000',
    time: '2026-01-02T03:04:05Z',
    region: 'us-east-1',
    resources: ['arn:aws:scheduler:us-east-1:000000000000:schedule/default/sweep'],
    detail: '{}',
  });
});

it('fills the attributes in an input', async () => {
  const invoke = answering();
  const input = '{"at":"<aws.scheduler.scheduled-time>","try":"<aws.scheduler.attempt-number>"}';
  await ticker({ ...SCHEDULE, input }, { invoke, now: () => NOW }).tick();
  expect(invoke).toHaveBeenCalledWith({ at: '2026-01-02T03:04:05Z', try: '1' });
});

it('reports what an invocation threw, and continues', async () => {
  vi.useFakeTimers({ now: NOW });
  const onTrouble = vi.fn();
  const invoke = vi.fn(() => Promise.reject(new Error('down')));
  const { start, stop } = ticker(SCHEDULE, { invoke, onTrouble });
  start();
  await vi.advanceTimersByTimeAsync(600_000);
  stop();
  expect([invoke.mock.calls.length, onTrouble.mock.calls.length]).toEqual([2, 2]);
});

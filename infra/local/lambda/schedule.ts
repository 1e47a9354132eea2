import { arnOf } from '../aws/protocol/account.ts';
import type { Invoke } from './function-config.ts';

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * @returns milliseconds between two ticks of an expression such as `rate(5 minutes)`
 * @throws Error for any other expression: cron and one-time schedules have no clock here
 */
export const periodOf = (expression: string): number => {
  const [, value, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const period = Number(value) * (UNIT_MS[unit] ?? Number.NaN);
  if (period > 0) return period;
  throw new Error(`Cannot read schedule "${expression}", wanted "rate(5 minutes)" or the like`);
};

/** A schedule of EventBridge Scheduler as its template describes it. */
export interface Schedule {
  readonly name: string;
  readonly expression: string;
  readonly isEnabled: boolean;
  /** The target's input with its `<aws.scheduler.…>` attributes still in it; absent: Scheduler's own event. */
  readonly input?: string | undefined;
}

export interface Ticker {
  /** Invokes now, whether the schedule is enabled or not. */
  tick(): Promise<unknown>;
  /** Ticks after each period from now on; does nothing where the schedule is disabled. */
  start(): void;
  stop(): void;
}

export interface TickerOptions {
  readonly invoke: Invoke;
  readonly now?: () => number;
  /** Hears what the invocations of a started ticker threw. */
  readonly onTrouble?: (error: unknown) => void;
}

const scheduleArn = (name: string): string => arnOf('scheduler', `schedule/default/${name}`);

/** A schedule without an input sends this; `detail` is a text here, not an object. */
const ownEvent = ({ name }: Schedule, time: string): unknown => ({
  version: '0',
  id: crypto.randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  account: scheduleArn(name).split(':')[4],
  time,
  region: scheduleArn(name).split(':')[3],
  resources: [scheduleArn(name)],
  detail: '{}',
});

const eventOf = (schedule: Schedule, now: number): unknown => {
  const time = `${new Date(now).toISOString().slice(0, 19)}Z`;
  if (schedule.input === undefined) return ownEvent(schedule, time);
  const attributes: Readonly<Record<string, string>> = {
    'scheduled-time': time,
    'schedule-arn': scheduleArn(schedule.name),
    'execution-id': crypto.randomUUID(),
    'attempt-number': '1',
  };
  return JSON.parse(
    schedule.input.replaceAll(/<aws\.scheduler\.([a-z-]+)>/g, (text, name) => attributes[name] ?? text),
  );
};

/** @throws Error where the schedule has no period (`periodOf`) */
export const ticker = (schedule: Schedule, { invoke, now = Date.now, onTrouble }: TickerOptions): Ticker => {
  const period = periodOf(schedule.expression);
  const tick = (): Promise<unknown> => invoke(eventOf(schedule, now()));
  let timer: NodeJS.Timeout | undefined;
  return {
    tick,
    start: () => {
      if (schedule.isEnabled) timer ??= setInterval(() => void tick().catch(onTrouble), period);
    },
    stop: () => {
      clearInterval(timer);
      timer = undefined;
    },
  };
};

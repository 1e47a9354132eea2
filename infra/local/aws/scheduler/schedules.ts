import type { Deliver } from '../bus/buses.ts';

/** A schedule of EventBridge Scheduler, as its API names the parts. */
export interface StoredSchedule {
  readonly Name: string;
  readonly GroupName: string;
  readonly ScheduleExpression: string;
  readonly State: 'ENABLED' | 'DISABLED';
  readonly ActionAfterCompletion: 'NONE' | 'DELETE';
  readonly Target: {
    readonly Arn: string;
    readonly RoleArn: string;
    readonly Input?: string | undefined;
    readonly DeadLetterConfig?: { readonly Arn?: string | undefined } | undefined;
  };
  readonly CreationDate: number;
}

/** @returns epoch milliseconds of `at(2026-11-20T10:00:00)`, which is UTC here; `undefined` for a schedule that recurs */
const instantOf = (expression: string): number | undefined => {
  const [, instant] = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression) ?? [];
  return instant === undefined ? undefined : Date.parse(`${instant}Z`);
};

/**
 * Schedule groups and the schedules in them. One-time schedules onto queues are carried out; recurring ones are kept, and the
 * caller ticks them.
 */
export class Schedules {
  readonly now: () => number;
  readonly groups = new Set(['default']);
  readonly #schedules = new Map<string, StoredSchedule>();
  readonly #deliver: Deliver;
  #delivering: Promise<unknown> = Promise.resolve();

  constructor(now: () => number, deliver: Deliver) {
    this.now = now;
    this.#deliver = deliver;
  }

  find(group: string, name: string): StoredSchedule | undefined {
    return this.#schedules.get(`${group}/${name}`);
  }

  in(group: string): readonly StoredSchedule[] {
    return [...this.#schedules.values()].filter(({ GroupName }) => GroupName === group);
  }

  put(schedule: StoredSchedule): void {
    this.#schedules.set(`${schedule.GroupName}/${schedule.Name}`, schedule);
  }

  remove({ GroupName, Name }: StoredSchedule): void {
    this.#schedules.delete(`${GroupName}/${Name}`);
  }

  /** Carries out whatever is due by now, and waits for what was under way. What a target refuses goes to its dead-letter queue. */
  async deliverDue(): Promise<void> {
    const due = [...this.#schedules.values()].filter(
      ({ ScheduleExpression, State }) =>
        State === 'ENABLED' && (instantOf(ScheduleExpression) ?? Infinity) <= this.now(),
    );
    for (const schedule of due) {
      if (schedule.ActionAfterCompletion === 'DELETE') this.remove(schedule);
      else this.put({ ...schedule, State: 'DISABLED' });
    }
    this.#delivering = Promise.all([this.#delivering, ...due.map(({ Target }) => this.#hand(Target))]);
    await this.#delivering;
  }

  async #hand({ Arn, Input = '{}', DeadLetterConfig }: StoredSchedule['Target']): Promise<void> {
    if ((await this.#deliver(Arn, Input)) || DeadLetterConfig?.Arn === undefined) return;
    await this.#deliver(DeadLetterConfig.Arn, Input, { ERROR_CODE: 'TargetNotFound', TARGET_ARN: Arn });
  }
}

import {
  Alarm,
  type AlarmBase,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  type IAlarmAction,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { SettledProps } from '../../settled-props.ts';
import type { AlarmName, OptionalAlarmName } from './alarm-name.ts';
import { type AlarmRow, alarmTable, type Severity } from './alarm-table.ts';
import type { Watched } from './watched.ts';

export type Alarms = Readonly<Record<AlarmName, Alarm> & Partial<Record<OptionalAlarmName, Alarm>>>;

/** Every alarm, and the one that is raised while any alarm is that stops requests. */
export interface AllAlarms {
  readonly alarms: Alarms;
  readonly killPathDown: CompositeAlarm;
}

/** Whom alarms notify, and where their sections are. */
export type Notified = Pick<SettledProps, 'alarmActions' | 'urgentAlarmActions' | 'runbookUrl'>;

const KILL_PATH_DOWN = {
  says: 'The kill path is down: requests are not carried out, or do not arrive',
  section: 'The kill path is down',
  severity: 'urgent',
} as const satisfies Partial<AlarmRow>;

/** Makes every alarm, and has each do what its severity asks for, also when it ends. */
export const alarms = (scope: Construct, watched: Watched, notified: Notified): AllAlarms => {
  const rows = Object.entries(alarmTable(watched));
  const made = rows.map(([name, row]) => ({ name, row, made: alarm(scope, idOf(name), row, notified) }));
  const stopping = made.filter(({ row }) => row.stopsRequests);
  const killPathDown = new CompositeAlarm(scope, 'KillPathDownAlarm', {
    alarmDescription: descriptionOf(KILL_PATH_DOWN, notified),
    alarmRule: AlarmRule.anyOf(...stopping.map((part) => AlarmRule.fromAlarm(part.made, AlarmState.ALARM))),
  });
  for (const each of made) act(each.made, each.row.severity, notified);
  act(killPathDown, KILL_PATH_DOWN.severity, notified);
  return { alarms: Object.fromEntries(made.map((each) => [each.name, each.made])) as Alarms, killPathDown };
};

const idOf = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}Alarm`;

const alarm = (scope: Construct, id: string, row: AlarmRow, notified: Notified): Alarm => {
  const { metric, above, below, periods = 1, missing = TreatMissingData.NOT_BREACHING } = row;
  const isAbove = above !== undefined;
  return new Alarm(scope, id, {
    metric,
    alarmDescription: descriptionOf(row, notified),
    threshold: (isAbove ? above : below) ?? 0,
    comparisonOperator: isAbove ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: periods,
    treatMissingData: missing,
  });
};

/** A heading has the name in its address that forges give it. */
const descriptionOf = ({ says, section }: Pick<AlarmRow, 'says' | 'section'>, { runbookUrl }: Notified): string =>
  runbookUrl === undefined
    ? `${says}. See "${section}" in docs/runbook.md`
    : `${says}. See ${runbookUrl}#${section.toLowerCase().replaceAll(' ', '-')}`;

/** What would open one more ticket for an alarm that ends: OpsItems and incidents. */
const OPENS_TICKET = /:ssm(-incidents)?:/;

const act = (made: AlarmBase, severity: Severity, { alarmActions, urgentAlarmActions }: Notified): void => {
  const actions = new Set([...alarmActions, ...(severity === 'urgent' ? urgentAlarmActions : [])]);
  // Bound once: some actions make a resource.
  const bound = [...actions].map((action) => action.bind(made, made));
  const doing = (configs: typeof bound): IAlarmAction[] => configs.map((config) => ({ bind: () => config }));
  made.addAlarmAction(...doing(bound));
  made.addOkAction(...doing(bound.filter(({ alarmActionArn }) => !OPENS_TICKET.test(alarmActionArn))));
};

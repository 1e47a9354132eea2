import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  ListSchedulesCommand,
} from '@aws-sdk/client-scheduler';
import { type EpochMs, fromIso, toIso } from '../../core/epoch.ts';
import { laneOf } from '../../core/lane.ts';
import { laneIn, lanesIn } from '../../core/request/deployment-card.ts';
import { parseRequest } from '../../core/request/parse-request.ts';
import type { RevocationRequest } from '../../core/request/revocation-request.ts';
import { someAtOnce } from '../../core/some-at-once.ts';
import { eachPage } from '../../edge/aws/each-page.ts';
import { fromAws } from '../deployment/aws-trouble.ts';
import type { Deployed } from '../deployment/connect.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { targetName } from './target-name.ts';

/** A one-time schedule of a request. */
export interface Scheduled {
  /** Of the request, and of the schedule. */
  readonly requestId: string;
  readonly at: EpochMs;
  readonly request: RevocationRequest;
}

/** A schedule that was found. */
export interface FoundSchedule extends Scheduled {
  /** What it is about, in one word. */
  readonly target: string;
}

/** What a schedule's name takes, which is the request's id. */
export const SCHEDULABLE_ID = /^[0-9a-zA-Z\-_.]{1,64}$/;

/**
 * Makes a schedule that puts the request on the queue once and is gone then; what cannot be delivered goes to the undelivered queue.
 * It comes up to a minute after its time, never before.
 *
 * @throws Failure where one of that name is there
 */
export const schedule = async ({ scheduler, card }: Deployed, { requestId, at, request }: Scheduled): Promise<void> => {
  const create = new CreateScheduleCommand({
    Name: requestId,
    GroupName: card.scheduleGroup,
    ScheduleExpression: `at(${toIso(at).slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: laneIn(card, laneOf(request)).queueArn,
      RoleArn: card.scheduleRoleArn,
      // Counted from the instant that was asked for, and not from when Scheduler came to it.
      Input: JSON.stringify({ ...request, requestId, notBefore: toIso(at) }),
      DeadLetterConfig: { Arn: card.undeliveredQueueArn },
    },
  });
  await fromAws('make the schedule', scheduler.send(create), {
    ConflictException: new Failure(EXIT.usage, `Cannot schedule ${requestId} again: a schedule with that name exists`),
  });
};

/** Whether a schedule puts a request on a queue of the deployment. */
const isOfRequest = ({ card }: Deployed, arn: string | undefined): boolean =>
  lanesIn(card).some((lane) => laneIn(card, lane).queueArn === arn);

/** A schedule of ours; the group holds the clock of the sweep as well. */
const scheduledIn = (
  deployed: Deployed,
  { Name = '', ScheduleExpression = '', Target }: GetScheduleCommandOutput,
): FoundSchedule | undefined => {
  const at = fromIso(`${/^at\((.+)\)$/.exec(ScheduleExpression)?.[1]}Z`);
  const { providers } = deployed;
  const parsed = parseRequest(providers, Target?.Input ?? '');
  if (!isOfRequest(deployed, Target?.Arn) || at === undefined || parsed.kind === 'refused') return undefined;
  const { request } = parsed;
  return { requestId: Name, at, request, target: targetName(providers, request) };
};

/** @returns `undefined` where there is none of that name */
const read = async ({ scheduler, card }: Deployed, name: string): Promise<GetScheduleCommandOutput | undefined> => {
  const get = new GetScheduleCommand({ Name: name, GroupName: card.scheduleGroup });
  const gone = new Failure(EXIT.notFound, '');
  return fromAws('read the schedule', scheduler.send(get), { ResourceNotFoundException: gone }).catch(
    (error: unknown) => {
      if (error === gone) return undefined;
      throw error;
    },
  );
};

/** @returns `undefined` where there is none of that name that a request is in */
export const findSchedule = async (deployed: Deployed, name: string): Promise<FoundSchedule | undefined> => {
  const found = SCHEDULABLE_ID.test(name) ? await read(deployed, name) : undefined;
  return found && scheduledIn(deployed, found);
};

/** What is scheduled for the requests queue. */
export interface FoundSchedules {
  /** The next one first. */
  readonly all: readonly FoundSchedule[];
  /** The names of schedules whose message is not a valid request, or that are not for one time. */
  readonly unreadable: readonly string[];
}

/** @throws Unavailable, Failure where AWS does not answer, or names the same next page twice */
export const listSchedules = async (deployed: Deployed): Promise<FoundSchedules> => {
  const { scheduler, card } = deployed;
  const names: string[] = [];
  const what = 'list the schedules';
  const pages = eachPage({
    what,
    ask: (NextToken: string | undefined) =>
      fromAws(what, scheduler.send(new ListSchedulesCommand({ GroupName: card.scheduleGroup, NextToken }))),
    next: ({ NextToken }) => NextToken,
  });
  for await (const { Schedules = [] } of pages)
    for (const { Name = '', Target } of Schedules) if (isOfRequest(deployed, Target?.Arn)) names.push(Name);
  const all: FoundSchedule[] = [];
  const unreadable: string[] = [];
  await someAtOnce(names, async (name) => {
    const found = await read(deployed, name);
    const scheduled = found && scheduledIn(deployed, found);
    if (scheduled) all.push(scheduled);
    else if (found) unreadable.push(name);
  });
  return {
    all: all.toSorted((a, b) => a.at - b.at || a.requestId.localeCompare(b.requestId)),
    unreadable: unreadable.toSorted(),
  };
};

/** @returns false where it was gone already: it ran, or another user cancelled it */
export const cancel = async ({ scheduler, card }: Deployed, { requestId }: Scheduled): Promise<boolean> => {
  const gone = new Failure(EXIT.notFound, '');
  const remove = new DeleteScheduleCommand({ Name: requestId, GroupName: card.scheduleGroup });
  return fromAws('delete the schedule', scheduler.send(remove), { ResourceNotFoundException: gone }).then(
    () => true,
    (error: unknown) => {
      if (error === gone) return false;
      throw error;
    },
  );
};

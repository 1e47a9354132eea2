import { after, type EpochMs } from '../../core/epoch.ts';
import { laneOf } from '../../core/lane.ts';
import type { Receipt } from '../../core/receipt.ts';
import { someAtOnce } from '../../core/some-at-once.ts';
import { MINUTE_MS } from '../../core/timing.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { isFinished } from '../requests/finished.ts';
import { itemAsSent } from '../requests/follow.ts';
import { nextPoll, pause } from '../requests/poll.ts';
import { sendMany } from '../requests/requests-queue.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import type { Mark } from './mark.ts';
import { type Incident, type IncidentOrder, nextOrder } from './order.ts';

/** How far one key has come. */
export interface Course {
  readonly mark: Mark;
  /** Of the orders that are over, in their order. */
  readonly done: readonly Receipt[];
  /** The one that is under way; `undefined` where nothing more is to be done, or a signer waits for its turn. */
  readonly order: IncidentOrder | undefined;
  readonly isOver: boolean;
}

/** So long managing keys wait for those that they sign for, once these are sent. */
const SIGNERS_WAIT_MS = 10 * MINUTE_MS;

/** By request id, the ids that SQS gave the messages of this run. */
type MessageIds = ReadonlyMap<string, string | undefined>;

/** Takes the receipt where the order under way is over, and the next order in its place. */
const advanced = async (
  deployed: Deployed,
  incident: Incident,
  course: Course,
  messageIds: MessageIds,
): Promise<Course> => {
  if (course.order === undefined) return course;
  const item = await itemAsSent(deployed, course.order, messageIds.get(course.order.requestId));
  if (!isFinished(item, { attempt: 1 })) return course;
  const done = [...course.done, item.receipt];
  const order = nextOrder(deployed, incident, course.mark, done);
  return { ...course, done, order, isOver: order === undefined };
};

/** Every course as far as the ledger knows of it by now. */
const allAdvanced = async (
  deployed: Deployed,
  incident: Incident,
  courses: readonly Course[],
  messageIds: MessageIds,
): Promise<readonly Course[]> => {
  const next = [...courses];
  await someAtOnce([...courses.entries()], async ([index, course]) => {
    let now = course;
    for (let before: Course | undefined; before !== now; ) {
      before = now;
      now = await advanced(deployed, incident, now, messageIds);
    }
    next[index] = now;
  });
  return next;
};

/** Lets the managing keys go, once those that they sign for are over or have had their time. */
const released = (
  deployed: Deployed,
  incident: Incident,
  courses: readonly Course[],
  isTime: boolean,
): readonly Course[] => {
  const isFree = isTime || courses.every(({ mark, isOver }) => mark.isSigner || isOver);
  return courses.map((course) =>
    isFree && !course.isOver && course.order === undefined
      ? { ...course, order: nextOrder(deployed, incident, course.mark, course.done) }
      : course,
  );
};

const brokenOff = (): Failure =>
  new Failure(EXIT.aborted, 'Interrupted: what was sent continues. Run the same command again for the rest');

export interface CarryOut {
  readonly context: Context;
  readonly deployed: Deployed;
  readonly incident: Incident;
  readonly marks: readonly Mark[];
  /** Receives every change. */
  readonly onChange: (courses: readonly Course[]) => void;
}

/**
 * Sends what has to be sent for every key and follows it to its end: managing keys last, and past single failures. What an earlier run
 * has sent is followed and not sent again.
 *
 * @throws Failure where AWS does not take a request, or the user breaks off: the same incident, run again, continues with it
 */
export const carryOut = async ({
  context,
  deployed,
  incident,
  marks,
  onChange,
}: CarryOut): Promise<readonly Course[]> => {
  const { clock } = context;
  const sent = new Map<string, string | undefined>();
  const signersFrom: EpochMs = after(clock.now(), SIGNERS_WAIT_MS);
  let courses: readonly Course[] = marks.map((mark) => ({
    mark,
    done: [],
    order: mark.isSigner ? undefined : nextOrder(deployed, incident, mark, []),
    isOver: false,
  }));
  for (let polls = 0; ; polls += 1) {
    courses = await allAdvanced(deployed, incident, courses, sent);
    const free = released(deployed, incident, courses, clock.now() >= signersFrom);
    courses = await allAdvanced(deployed, incident, free, sent);
    const fresh: IncidentOrder[] = [];
    await someAtOnce(courses, async ({ order }) => {
      if (order !== undefined && !sent.has(order.requestId) && (await itemAsSent(deployed, order)) === undefined)
        fresh.push(order);
    });
    if (context.signal.aborted) throw brokenOff();
    const messages = fresh.map(({ requestId, request }) => ({
      ...{ requestId, attempt: 1, lane: laneOf(request) },
      body: JSON.stringify(request),
    }));
    const messageIds = await sendMany(deployed, messages);
    for (const { requestId } of fresh) sent.set(requestId, messageIds.get(requestId));
    onChange(courses);
    if (courses.every(({ isOver }) => isOver)) return courses;
    await pause(context, nextPoll(clock.now(), polls)).catch(() => {
      throw brokenOff();
    });
  }
};

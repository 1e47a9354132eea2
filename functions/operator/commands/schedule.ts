import type { Command } from 'commander';
import { after, type EpochMs, fromIso, toIso } from '../../core/epoch.ts';
import { MINUTE_MS } from '../../core/timing.ts';
import type { Context, SetUp } from '../deployment/context.ts';
import { isFinal, requestLines } from '../requests/request-lines.ts';
import { type RequestOptions, requestFromOptions, withRequestOptions } from '../requests/request-words.ts';
import {
  cancel,
  type FoundSchedule,
  findSchedule,
  listSchedules,
  SCHEDULABLE_ID,
  schedule,
} from '../requests/schedules.ts';
import { confirm } from '../terminal/confirm.ts';
import { inWords } from '../terminal/duration.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { type TableColumn, table } from '../terminal/table.ts';

interface Options extends Omit<RequestOptions, 'notBefore'> {
  readonly at: string;
  readonly yes?: boolean;
}

/** Nearer than that, a schedule may come too late to be one. */
const NEAREST_MS = MINUTE_MS;

const instantIn = (text: string, now: EpochMs): EpochMs => {
  const at = fromIso(text);
  if (at === undefined)
    throw new Failure(
      EXIT.usage,
      'Cannot read --at: it must be RFC 3339 with a zone, such as 2027-03-31T18:00:00+02:00',
    );
  if (at < after(now, NEAREST_MS))
    throw new Failure(EXIT.usage, 'Cannot schedule for a time within the next minute: send a request instead');
  return at;
};

const columnsAt = (now: EpochMs): readonly TableColumn<FoundSchedule>[] => [
  { head: 'Request', cell: ({ requestId }) => requestId, isName: true },
  { head: 'At (UTC)', cell: ({ at }) => toIso(at).slice(0, 16).replace('T', ' ') },
  { head: 'In', cell: ({ at }) => inWords(Math.max(0, at - now)), align: 'right' },
  { head: 'Operation', cell: ({ request }) => `${request.provider}/${request.operation}`, least: 12 },
  { head: 'Target', cell: ({ target }) => target },
];

const addCreate = (group: Command, context: Context): void => {
  withRequestOptions(
    group.command('create', { isDefault: true }).description('schedule a one-time request'),
    context.providers,
  )
    .requiredOption('--at <instant>', 'when, RFC 3339 with a zone; the request is sent up to a minute later')
    .option('--yes', 'do not ask for confirmation')
    .action(async (operation: string, options: Options) => {
      const { terminal, clock } = context;
      const deployed = await context.deployed();
      const at = instantIn(options.at, clock.now());
      const request = requestFromOptions(operation, options, deployed);
      const { requestId } = request;
      if (!SCHEDULABLE_ID.test(requestId))
        throw new Failure(
          EXIT.usage,
          'Cannot schedule under that request id: it must be 1 to 64 letters, digits, "-", "_" and "."',
        );
      for (const line of requestLines(context, deployed, { ...request, notBefore: toIso(at) })) terminal.tell(line);
      if (isFinal(deployed, request))
        await confirm(context, { word: 'yes', given: options.yes ? 'yes' : undefined, option: '--yes' });
      await schedule(deployed, { requestId, at, request });
      context.print({
        value: () => ({ requestId, at: toIso(at) }),
        lines: () => [`Scheduled: ${requestId} at ${toIso(at)}`],
      });
    });
};

const addList = (group: Command, context: Context): void => {
  group
    .command('list')
    .description('show what is scheduled, the next one first')
    .action(async () => {
      const { terminal, clock } = context;
      const { all, unreadable } = await listSchedules(await context.deployed());
      if (unreadable.length > 0)
        terminal.tell(`Not listed, since their message is not a valid request for one time: ${unreadable.join(', ')}`);
      context.print({
        value: () => all.map(({ at, ...one }) => ({ ...one, at: toIso(at) })),
        lines: () => (all.length === 0 ? ['Nothing is scheduled'] : table(terminal, columnsAt(clock.now()), all)),
      });
    });
};

const addCancel = (group: Command, context: Context): void => {
  group
    .command('cancel')
    .description('cancel a schedule; its key is not touched')
    .argument('<request>', 'id of the scheduled request')
    .action(async (name: string) => {
      const deployed = await context.deployed();
      const found = await findSchedule(deployed, name);
      if (found === undefined || !(await cancel(deployed, found)))
        throw new Failure(EXIT.notFound, `Cannot find "${name}" among the schedules: see key-revoker schedule list`);
      context.print({
        value: () => ({ requestId: name, cancelled: true }),
        lines: () => [`Cancelled: ${name}, which was due at ${toIso(found.at)}`],
      });
    });
};

/** `schedule`: requests at a future time. */
export const setUpSchedule: SetUp = (group, context) => {
  for (const add of [addCreate, addList, addCancel]) add(group, context);
};

import { toIso } from '../../core/epoch.ts';
import { PAUSE_KEY, type PauseItem } from '../../core/ledger/operator-items.ts';
import { updateItem } from '../../core/ledger/update-item.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context, SetUp } from '../deployment/context.ts';
import { switchMappings } from '../requests/mapping.ts';
import { waitingByLane } from '../requests/requests-queue.ts';
import { inWords } from '../terminal/duration.ts';
import { wrapped } from '../terminal/wrap.ts';

/** What lies on the queues, in a few words. */
const waitingText = (count: number): string =>
  count === 0 ? 'The queues are empty' : `About ${count} on the queues, including later checks of dead keys`;

const tell = async (context: Context, deployed: Deployed, said: PauseSaid): Promise<void> => {
  const waiting = Object.values(await waitingByLane(deployed)).reduce((sum, count) => sum + count, 0);
  context.terminal.show();
  context.print({
    value: () => ({ ...said.facts, waiting }),
    lines: () => wrapped(`${said.text}. ${waitingText(waiting)}`, context.terminal.width),
  });
};

interface PauseSaid {
  readonly text: string;
  readonly facts: object;
}

interface Options {
  readonly reason: string;
  readonly by: string;
}

/** `pause`: no request is taken from the queue, and the sweep sends none. */
export const setUpPause: SetUp = (command, context) => {
  command
    .requiredOption('--reason <text>', 'why')
    .option('--by <name>', 'who pauses', context.user)
    .action(async ({ reason, by }: Options) => {
      const deployed = await context.deployed();
      const now = context.clock.now();
      // First in the ledger: whatever comes between, the alarm for a long pause finds it there.
      const item = await updateItem<PauseItem>(deployed, PAUSE_KEY, (current) =>
        current?.pausedAt === undefined ? { pausedAt: now, by, reason } : undefined,
      );
      await switchMappings(context, deployed, false);
      const { pausedAt = now, ...of } = item ?? { by, reason };
      const since = pausedAt === now ? '' : ` since ${toIso(pausedAt)}`;
      await tell(context, deployed, {
        text: `Paused${since} by ${of.by} (${of.reason}): no request starts until resume`,
        facts: { paused: true, pausedAt: toIso(pausedAt), by: of.by, reason: of.reason },
      });
    });
};

/** `resume`: held back requests continue. */
export const setUpResume: SetUp = (command, context) => {
  command.action(async () => {
    const deployed = await context.deployed();
    const before = await deployed.ledger.read<PauseItem>(PAUSE_KEY);
    // First in the ledger: a function that finds the pause there hides the message for 15 minutes.
    await updateItem<PauseItem>(deployed, PAUSE_KEY, (current) =>
      current?.pausedAt === undefined ? undefined : { by: current.by, reason: current.reason },
    );
    await switchMappings(context, deployed, true);
    const { pausedAt } = before ?? {};
    const text =
      pausedAt === undefined
        ? 'Resumed'
        : `Resumed after ${inWords(context.clock.now() - pausedAt)}: a message that was delivered meanwhile comes back within 15 minutes`;
    await tell(context, deployed, { text, facts: { paused: false } });
  });
};

import { InvalidArgumentError, Option } from 'commander';
import { after, type EpochMs, toIso } from '../../core/epoch.ts';
import { countKey, type OverrideItem, overrideKey } from '../../core/ledger/operator-items.ts';
import { updateItem } from '../../core/ledger/update-item.ts';
import type { Versioned } from '../../core/ports.ts';
import { HOUR_MS } from '../../core/timing.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context, SetUp } from '../deployment/context.ts';
import { raisedNow } from '../deployment/raise-limit.ts';
import { confirm } from '../terminal/confirm.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { type TableColumn, table } from '../terminal/table.ts';
import { duration } from './duration-option.ts';

const KINDS = ['urgent', 'other'] as const;
type Kind = (typeof KINDS)[number];

/** How a provider's calls of this hour stand. */
interface Limit {
  readonly provider: string;
  readonly kind: Kind;
  readonly used: number;
  /** What holds now. */
  readonly limit: number;
  readonly deployed: number;
  /** Absent: nothing is raised. */
  readonly until: EpochMs | undefined;
}

interface Count extends Versioned {
  readonly count: number;
}

const limitsOf = async ({ ledger, card, clock }: Deployed, provider: string): Promise<readonly Limit[]> => {
  const now = clock.now();
  const raised = raisedNow(await ledger.read<OverrideItem>(overrideKey(provider)), now);
  return Promise.all(
    KINDS.map(async (kind) => {
      const used = (await ledger.read<Count>(countKey(provider, kind, now)))?.count ?? 0;
      const deployed = card.limits[kind];
      const limit = Math.max(deployed, raised?.[kind] ?? 0);
      return { provider, kind, used, limit, deployed, until: limit > deployed ? raised?.until : undefined };
    }),
  );
};

const COLUMNS: readonly TableColumn<Limit>[] = [
  { head: 'Provider', cell: ({ provider }) => provider },
  { head: 'Requests', cell: ({ kind }) => kind },
  {
    head: 'Calls this hour',
    cell: ({ used }) => String(used),
    align: 'right',
    style: ({ used, limit }) => (used >= limit ? 'red' : undefined),
  },
  { head: 'Limit', cell: ({ limit }) => String(limit), align: 'right' },
  { head: 'Deployed', cell: ({ deployed }) => String(deployed), align: 'right' },
  { head: 'Raised until', cell: ({ until }) => (until === undefined ? '–' : toIso(until)) },
];

const showLimits = async (context: Context, providers: readonly string[]): Promise<void> => {
  const deployed = await context.deployed();
  const limits = (await Promise.all(providers.map((provider) => limitsOf(deployed, provider)))).flat();
  context.print({
    value: () => limits.map(({ until, ...limit }) => ({ ...limit, until: until === undefined ? null : toIso(until) })),
    lines: () => table(context.terminal, COLUMNS, limits),
  });
};

const MOST_CALLS = 100_000;

const calls = (text: string): number => {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > MOST_CALLS)
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_CALLS}.`);
  return value;
};

interface ResetOptions {
  readonly provider: string;
  readonly reason: string;
  readonly by: string;
}

interface RaiseOptions extends ResetOptions {
  readonly urgent?: number;
  readonly other?: number;
  readonly for: number;
  readonly yes?: boolean;
}

/** As long as counters are kept. */
const LONGEST_MS = 48 * HOUR_MS;

/** What was raised before and is not over stays raised, where this says nothing of it. */
const raise = async (deployed: Deployed, options: RaiseOptions): Promise<void> => {
  const now = deployed.clock.now();
  await updateItem<OverrideItem>(deployed, overrideKey(options.provider), (current) => {
    const before = raisedNow(current, now);
    return {
      urgent: options.urgent ?? before?.urgent,
      other: options.other ?? before?.other,
      until: after(now, options.for),
      by: options.by,
      reason: options.reason,
    };
  });
};

/** Says what a raise changes: the limits are the guard against a runaway. */
const tellRaise = ({ terminal }: Context, { card, clock }: Deployed, options: RaiseOptions): void => {
  const until = toIso(after(clock.now(), options.for));
  for (const kind of KINDS) {
    const most = options[kind];
    if (most === undefined) continue;
    const times = (most / card.limits[kind]).toFixed(1);
    terminal.tell(
      `${options.provider}, ${kind}: ${most} calls per hour until ${until}, ${times} times the deployed ${card.limits[kind]}`,
    );
  }
};

/** The deployed limits hold again. The item stays, and says who ended the raise. */
const reset = async (deployed: Deployed, { provider, by, reason }: ResetOptions): Promise<void> => {
  const now = deployed.clock.now();
  await updateItem<OverrideItem>(deployed, overrideKey(provider), (current) =>
    raisedNow(current, now) ? { until: now, by, reason } : undefined,
  );
};

const providerOption = (context: Context): Option =>
  new Option('--provider <name>', 'provider whose limits it is about')
    .choices(Object.keys(context.providers))
    .makeOptionMandatory();

/** `limit`: how many calls may leave in an hour. */
export const setUpLimit: SetUp = (limit, context) => {
  limit
    .command('show')
    .description('show the limits, and how much of each is used')
    .action(() => showLimits(context, Object.keys(context.providers)));
  limit
    .command('raise')
    .description('temporarily raise the limits of one provider')
    .addOption(providerOption(context))
    .option('--urgent <calls>', 'calls per hour for the reasons leaked and incident', calls)
    .option('--other <calls>', 'calls per hour for all other reasons', calls)
    .requiredOption('--for <time>', 'how long (2h), up to 48 hours', duration)
    .requiredOption('--reason <text>', 'why')
    .option('--by <name>', 'who raises them', context.user)
    .option('--yes', 'do not ask for confirmation')
    .action(async (options: RaiseOptions) => {
      const deployed = await context.deployed();
      const { card } = deployed;
      if (options.urgent === undefined && options.other === undefined)
        throw new Failure(EXIT.usage, 'Cannot tell what to raise: give --urgent, --other or both');
      if (options.for > LONGEST_MS) throw new Failure(EXIT.usage, 'Cannot raise a limit for longer than 48h');
      const lower = KINDS.find((kind) => (options[kind] ?? card.limits[kind]) < card.limits[kind]);
      if (lower !== undefined)
        throw new Failure(
          EXIT.usage,
          `Cannot lower a limit: give --${lower} at least ${card.limits[lower]}, the deployed limit`,
        );
      tellRaise(context, deployed, options);
      await confirm(context, { word: 'yes', given: options.yes ? 'yes' : undefined, option: '--yes' });
      await raise(deployed, options);
      await showLimits(context, [options.provider]);
    });
  limit
    .command('reset')
    .description('let the deployed limits of one provider hold again')
    .addOption(providerOption(context))
    .requiredOption('--reason <text>', 'why')
    .option('--by <name>', 'who resets them', context.user)
    .action(async (options: ResetOptions) => {
      await reset(await context.deployed(), options);
      await showLimits(context, [options.provider]);
    });
};

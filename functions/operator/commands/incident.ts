import { InvalidArgumentError, Option } from 'commander';
import { after } from '../../core/epoch.ts';
import { HOUR_MS } from '../../core/timing.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context, SetUp } from '../deployment/context.ts';
import { refusePaused } from '../deployment/paused.ts';
import { raiseBy } from '../deployment/raise-limit.ts';
import { markedNote, replicasNote } from '../deployment/unopened.ts';
import { agree } from '../incident/agree.ts';
import { type Course, carryOut } from '../incident/carry-out.ts';
import { courseTable, findingsText, isGood, nextText, progressText, shownCourse } from '../incident/in-words.ts';
import { type Prepared, prepare } from '../incident/prepare.ts';
import { EXIT, Failure } from '../terminal/failure.ts';

/** For so long the limit stays raised. */
const RAISED_MS = 2 * HOUR_MS;

type Tag = readonly [key: string, value: string];

const tag = (text: string, before: readonly Tag[] = []): readonly Tag[] => {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('It must be key=value.');
  return [...before, [key, value]];
};

interface Options {
  readonly provider: string;
  readonly reference: string;
  readonly tag?: readonly Tag[];
  readonly namePrefix?: string;
  readonly signedBy?: string;
  readonly requestedBy?: string;
  readonly contain?: boolean;
  readonly readOnly?: boolean;
  readonly count?: string;
}

const refuse = async (deployed: Deployed, { provider, contain, readOnly }: Options): Promise<void> => {
  const { card } = deployed;
  if (!card.providers.includes(provider))
    throw new Failure(EXIT.usage, `Cannot act at ${provider}: this deployment has only ${card.providers.join(', ')}`);
  if (readOnly && !contain) throw new Failure(EXIT.usage, 'Cannot use --read-only without --contain');
  await refusePaused(deployed, 'begin');
};

const nothingLeft = (provider: string, { dead, unopened }: Prepared): Failure => {
  const why =
    dead.length === 0
      ? ''
      : ` (${dead.length} matching ${dead.length === 1 ? 'key is' : 'keys are'} already proved gone)`;
  const notes = [...replicasNote(unopened), ...markedNote(unopened)].map((text) => `. ${text}`).join('');
  return new Failure(EXIT.notFound, `Cannot find a key of ${provider} that matches and may be alive${why}${notes}`);
};

/** Shows how it goes: in a terminal always, elsewhere whenever a further tenth is over. */
const progress = ({ terminal }: Context): ((courses: readonly Course[]) => void) => {
  let told = 0;
  return (courses) => {
    const over = courses.filter(({ isOver }) => isOver).length;
    const tenths = Math.floor((10 * over) / Math.max(1, courses.length));
    if (terminal.live === undefined && tenths > told) terminal.tell(progressText(courses));
    told = Math.max(told, tenths);
    terminal.show(progressText(courses));
  };
};

const run = async (context: Context, options: Options): Promise<void> => {
  const deployed = await context.deployed();
  await refuse(deployed, options);
  const { terminal, clock } = context;
  const { provider, reference, requestedBy, signedBy, contain = false, readOnly = false } = options;
  const incident = { reference, requestedBy, contain, readOnly };
  const { tag: tags = [], namePrefix = deployed.card.prefix } = options;
  const prepared = await prepare(context, deployed, { incident, wanted: { provider, tags, namePrefix, signedBy } });
  const { marks, fresh, contained, left } = prepared;
  const count = fresh.length + contained.length;
  if (marks.length === 0 && left.length === 0) throw nothingLeft(provider, prepared);
  const { mode } = deployed.card;
  await agree(context, prepared, { mode, ...options });
  if (count > 0 && mode === 'enforce')
    await raiseBy(deployed, { provider, count, until: after(clock.now(), RAISED_MS) });
  const courses = await carryOut({ context, deployed, incident, marks, onChange: progress(context) });
  terminal.show();
  context.print({
    value: () => ({
      reference,
      keys: courses.map(shownCourse),
      left,
      unopened: prepared.unopened.map(({ name }) => name),
    }),
    lines: () => courseTable(terminal, courses),
  });
  const findings = findingsText(courses);
  if (findings !== undefined) terminal.tell(findings);
  const next = nextText(courses);
  if (next !== undefined && mode === 'enforce') terminal.tell(next);
  context.end(left.length === 0 && courses.every(isGood) ? EXIT.done : EXIT.stuck);
};

/** `incident`: many keys at once. */
export const setUpIncident: SetUp = (command, context) => {
  command
    .addOption(
      new Option('--provider <name>', 'provider of the keys')
        .choices(Object.keys(context.providers))
        .makeOptionMandatory(),
    )
    .requiredOption(
      '--reference <ticket>',
      'name of the incident; run the command again with it to continue, and nothing is sent twice',
    )
    .option('--tag <key=value>', 'only keys whose secret has this tag; can be repeated', tag)
    .option('--name-prefix <text>', "only keys whose secret's name begins with this (default: the prefix)")
    .option(
      '--signed-by <secret>',
      'secret of the managing key, for keys whose tags name none (default: each key signs for itself)',
    )
    .option('--requested-by <name>', 'copied to the receipts')
    .option(
      '--contain',
      'remove every permission from a key that its managing key could not delete, where the provider can',
    )
    .option('--read-only', 'also make that key read-only; it may then be unable to delete itself')
    .option('--count <number>', 'the number of keys, instead of typing it when asked')
    .action((options: Options) => run(context, options));
};

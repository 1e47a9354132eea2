import type { Deployed } from '../deployment/connect.ts';
import type { SetUp } from '../deployment/context.ts';
import { keysUnder } from '../deployment/keys.ts';
import { refusePaused } from '../deployment/paused.ts';
import { replicasNote } from '../deployment/unopened.ts';
import { alarmsFinding } from '../doctor/alarms.ts';
import { controlsFinding } from '../doctor/controls.ts';
import { type Examined, examine } from '../doctor/examine.ts';
import type { Diagnosis } from '../doctor/finding.ts';
import { mappingsFinding } from '../doctor/mappings.ts';
import { markedFinding } from '../doctor/marked.ts';
import { receiptsFinding } from '../doctor/receipts-reach.ts';
import { stuckPolicyFinding } from '../doctor/stuck-policy.ts';
import { sweepClockFinding } from '../doctor/sweep-clock.ts';
import { tagEventsFinding } from '../doctor/tag-events.ts';
import { urgentRoom } from '../doctor/urgent-room.ts';
import { waitingOn } from '../requests/requests-queue.ts';
import { EXIT } from '../terminal/failure.ts';
import type { Style, Terminal } from '../terminal/terminal.ts';
import { wrapped } from '../terminal/wrap.ts';

const MARKS: Readonly<Record<Diagnosis['verdict'], readonly [mark: string, style: Style]>> = {
  well: ['✔', 'green'],
  note: ['!', 'yellow'],
  wrong: ['✖', 'red'],
};

/** The worst last, next to the sum. */
const ORDER: readonly Diagnosis['verdict'][] = ['well', 'note', 'wrong'];

const linesOf = ({ width, style }: Terminal, name: string, { verdict, says }: Diagnosis): readonly string[] => {
  const [mark, tone] = MARKS[verdict];
  const most = width === undefined ? undefined : width - 4;
  return [`${style(tone, mark)} ${name}`, ...says.flatMap((text) => wrapped(text, most).map((line) => `    ${line}`))];
};

type Named = readonly [name: string, finding: Diagnosis];

/** The findings about the deployment itself. */
const ofDeployment = async (deployed: Deployed): Promise<readonly Named[]> => {
  const { card } = deployed;
  const clock = await sweepClockFinding(deployed);
  const alarms = alarmsFinding(deployed);
  const [policy, stuck, undelivered] = await Promise.all([
    stuckPolicyFinding(deployed),
    ...[card.stuckQueueUrl, card.undeliveredQueueUrl].map((url) => waitingOn(deployed, url)),
  ]);
  const of = (count = 0, says: string): Diagnosis =>
    count === 0 ? { verdict: 'well', says: [] } : { verdict: 'wrong', says: [`About ${count}: ${says}`] };
  return [
    ['the event source mappings', await mappingsFinding(deployed)],
    ...(clock ? [['the clock of the sweep', clock] as const] : []),
    ...(alarms ? [['the alarms', alarms] as const] : []),
    ['the stuck queue', of(stuck, 'each is a key that may be alive. See key-revoker stuck list')],
    ['the sources of the stuck queue', policy],
    ['the undelivered queue', of(undelivered, 'each is an event or a schedule that never became a request')],
    ['the tag events', await tagEventsFinding(deployed)],
  ];
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const lines = (terminal: Terminal, of: readonly Named[]): readonly string[] => {
  const sorted = of.toSorted(([, a], [, b]) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  const count = (verdict: Diagnosis['verdict']): number =>
    of.filter(([, finding]) => finding.verdict === verdict).length;
  return [
    ...sorted.flatMap(([name, finding]) => linesOf(terminal, name, finding)),
    '',
    `${count('well')} OK, ${counted(count('note'), 'warning')}, ${counted(count('wrong'), 'failure')}`,
  ];
};

const shown = ({ key, finding }: Examined): object => ({ secret: key.secret.name, key: key.name ?? null, ...finding });

/** What is well, or has something to say. */
const isSaid = ([, { verdict, says }]: Named): boolean => verdict === 'well' || says.length > 0;

/** `doctor`: whether every key could be dealt with, were it to come to that. */
export const setUpDoctor: SetUp = (command, context) => {
  command
    .option('--name-prefix <text>', 'only secrets whose name begins with this (default: the prefix)')
    .action(async ({ namePrefix = '' }: { readonly namePrefix?: string }) => {
      const { terminal } = context;
      const deployed = await context.deployed();
      await refusePaused(deployed, 'check keys');
      const { keys, unopened } = await keysUnder(context, deployed, ({ name }) => name.startsWith(namePrefix));
      const examined = await examine(context, deployed, keys);
      const controls = await controlsFinding(deployed, context.providers, examined);
      const room = await urgentRoom(deployed);
      const receipts = await receiptsFinding(context, deployed, examined);
      const deployment = [
        ...(await ofDeployment(deployed)),
        ...(room ? [['the room for urgent requests', room] as const] : []),
        ...(receipts ? [['the results topic and the bus', receipts] as const] : []),
        ['the control keys', controls] as const,
        ['the replicas', { verdict: 'note', says: replicasNote(unopened) }] as const,
        ['the secrets marked for deletion', await markedFinding(deployed, unopened)] as const,
      ].filter(isSaid);
      const all = [...deployment, ...examined.map(({ key, finding }) => [key.secret.name, finding] as const)];
      terminal.show();
      context.print({
        value: () => ({
          deployment: deployment.map(([what, finding]) => ({ what, ...finding })),
          secrets: examined.map(shown),
        }),
        lines: () => lines(terminal, all),
      });
      context.end(all.some(([, { verdict }]) => verdict === 'wrong') ? EXIT.failed : EXIT.done);
    });
};

import { type Providers, providerNamed } from '../../core/provider.ts';
import type { Receipt } from '../../core/receipt.ts';
import { shortened } from '../../core/receipts/make-receipt.ts';
import { exitOf } from '../requests/finished.ts';
import { outcomeText, toneOf } from '../show/receipt-lines.ts';
import { inWords } from '../terminal/duration.ts';
import { EXIT } from '../terminal/failure.ts';
import { type TableColumn, table } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Course } from './carry-out.ts';
import type { Mark } from './mark.ts';

const NOTHING = '–';

const keyText = ({ keyId }: Mark): string => (keyId === undefined ? NOTHING : shortened(keyId));

const signerText = ({ signedBy, isSigner }: Mark): string =>
  isSigner ? 'itself, last: it signs for others' : (signedBy ?? 'itself');

const MARKS: readonly TableColumn<Mark>[] = [
  { head: 'Secret', cell: ({ secret }) => secret, isName: true },
  { head: 'Key', cell: keyText },
  { head: 'Operation', cell: ({ operations }) => operations.join(' or '), least: 12 },
  { head: 'Signed by', cell: signerText },
];

/** The keys that are meant, managing ones last. */
export const markTable = (terminal: Terminal, marks: readonly Mark[]): readonly string[] =>
  table(terminal, MARKS, marks);

/** Which keys would be contained if their delete ends stuck, for a user who has asked for that. */
export const containmentText = (providers: Providers, marks: readonly Mark[]): string => {
  const [first] = marks;
  if (first !== undefined && providerNamed(providers, first.provider)?.containment === undefined)
    return `${first.provider} cannot restrict a key: --contain does nothing, and a key that cannot be deleted stays as it is`;
  const own = marks.filter(({ signedBy }) => signedBy === undefined).length;
  const text = 'A key that its managing key cannot delete loses every permission';
  return own === 0 ? text : `${text}, except the ${own} that sign for themselves: no other key could restrict them`;
};

/** What came of it; where it was contained after that, both. */
const endText = ({ done }: Course): string => done.map(outcomeText).join(', then ') || NOTHING;

const last = ({ done }: Course): Receipt | undefined => done.at(-1);

const COURSES: readonly TableColumn<Course>[] = [
  { head: 'Secret', cell: ({ mark }) => mark.secret, isName: true },
  { head: 'Key', cell: (course) => last(course)?.key?.id ?? keyText(course.mark) },
  {
    head: 'Ended as',
    cell: endText,
    style: (course) => {
      const receipt = last(course);
      return receipt && toneOf(receipt);
    },
  },
  { head: 'Calls', cell: ({ done }) => String(done.reduce((sum, { calls }) => sum + calls, 0)), align: 'right' },
  {
    head: 'Dead in',
    cell: (course) => {
      const ms = last(course)?.timeToRevokeMs ?? null;
      return ms === null ? NOTHING : inWords(Math.max(0, ms));
    },
    align: 'right',
  },
];

/** Whether its key is dead, or only planned for: one that was contained is alive. */
export const isGood = (course: Course): boolean => {
  const receipt = last(course);
  const isStuck = course.done.some(({ outcome }) => outcome === 'stuck');
  return course.isOver && !isStuck && receipt !== undefined && exitOf(receipt) === EXIT.done;
};

const isOnStuckQueue = ({ outcome }: Receipt): boolean => outcome === 'stuck' || outcome === 'refused';

/** By when the findings about all keys that are gone, or restricted, follow; `undefined`: there are none. */
export const findingsText = (courses: readonly Course[]): string | undefined => {
  const ends = courses.flatMap(({ done }) => done.flatMap(({ proof }) => proof?.settle.endsAt ?? []));
  const last = ends.toSorted().at(-1);
  return last && `Whether the keys stay gone is confirmed by ${last}. Keep the secrets until then`;
};

/** What to do next about the keys that need a person; `undefined`: there are none. */
export const nextText = (courses: readonly Course[]): string | undefined => {
  const count = courses.filter((course) => !isGood(course) && course.done.some(isOnStuckQueue)).length;
  if (count === 0) return undefined;
  const [keys, them] = count === 1 ? ['1 key', 'it'] : [`${count} keys`, 'them'];
  return `${keys} not deleted: key-revoker stuck list names ${them}, and key-revoker stuck show says what to do next`;
};

/** What became of each, the worst first. */
export const courseTable = (terminal: Terminal, courses: readonly Course[]): readonly string[] =>
  table(
    terminal,
    COURSES,
    courses.toSorted((a, b) => Number(isGood(a)) - Number(isGood(b))),
  );

/** For machines. */
export const shownCourse = ({ mark, done, isOver }: Course): object => ({
  secret: mark.secret,
  version: mark.versionId,
  over: isOver,
  receipts: done,
});

const BAR = 20;

/** A bar, and how many of them came to what. */
export const progressText = (courses: readonly Course[]): string => {
  const over = courses.filter(({ isOver }) => isOver);
  const full = Math.floor((BAR * over.length) / Math.max(1, courses.length));
  const ends = over.map((course) => last(course)?.outcome ?? 'nothing');
  const counts = [...new Set(ends)].map((name) => `${ends.filter((each) => each === name).length} ${name}`);
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
  return [`${bar} ${over.length}/${courses.length}`, ...counts].join('  ');
};

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANSWERS, type Answer } from './answers.ts';

export type Kind = keyof typeof ANSWERS;

/** One text as the world sends or stores it, with the right answer to it. */
export interface Item {
  /** Name of the file, without its ending. */
  readonly name: string;
  readonly text: string;
  readonly answer: Answer;
}

/** A cut in a token. Without the cut a forge would take the token for a live one, and refuse the push. */
const CUT = '¦';
/** A character that an editor would not show, or would change; with how often it stands there. */
const UNSEEN = /⟨U\+([0-9A-F]{4,5})(?:×(\d+))?⟩/g;

const asSent = (stored: string): string =>
  stored
    .replace(/\n$/, '')
    .replaceAll(CUT, '')
    .replace(UNSEEN, (_, code: string, times = '1') =>
      String.fromCodePoint(Number.parseInt(code, 16)).repeat(Number(times)),
    );

/** Names of the files of one kind, without their ending. */
export const namesOf = (kind: Kind): readonly string[] =>
  readdirSync(join(import.meta.dirname, kind)).map((file) => file.replace(/\.txt$/, ''));

/** The items of one kind that the table has an answer to. */
export const itemsOf = (kind: Kind): readonly Item[] =>
  Object.entries(ANSWERS[kind]).map(([name, answer]) => ({
    name,
    text: asSent(readFileSync(join(import.meta.dirname, kind, `${name}.txt`), 'utf8')),
    answer,
  }));

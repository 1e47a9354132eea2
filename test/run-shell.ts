import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface Shell {
  readonly variables: Readonly<Record<string, string>>;
  /** Where the script runs; what its commands answer is left there too. */
  readonly folder: string;
  /** Epoch seconds, for `date +%s`: the system under test may be on a clock of its own. */
  readonly now: number;
  /** Stands for the command `aws`: takes its words, gives what it prints. */
  readonly aws?: (words: readonly string[]) => Promise<string>;
  /** Stands for the command `key-revoker`, likewise, with the status that it ends with. */
  readonly keyRevoker?: (words: readonly string[]) => Promise<Answer>;
}

export interface Answer {
  readonly text: string;
  readonly status: number;
}

/**
 * A command of ours: says how many words there are and what they are, its name first, each ended by a zero byte. Then it prints the file
 * that the answer names, and ends with the answer's status.
 */
const COMMAND = `#!/bin/sh
printf '%s\\0' "$(($# + 1))" "\${0##*/}" "$@" >&3
read -r status answer <&4
cat "$answer"
exit "$status"
`;

/** An unset variable ends the script, and a command that fails. */
const PRELUDE = 'set -eu';

/** The calls in what has been read so far, and what is left over. */
const callsIn = (heard: string): { readonly calls: readonly (readonly string[])[]; readonly rest: string } => {
  const calls: string[][] = [];
  let words = heard.split('\0');
  while (words.length > 1 && words.length > 1 + Number(words[0])) {
    calls.push(words.slice(1, 1 + Number(words[0])));
    words = words.slice(1 + Number(words[0]));
  }
  return { calls, rest: words.join('\0') };
};

const answer = async ([name, ...words]: readonly string[], { aws, keyRevoker }: Shell): Promise<Answer> => {
  if (name === 'aws' && aws) return { text: await aws(words), status: 0 };
  if (name === 'key-revoker' && keyRevoker) return keyRevoker(words);
  throw new Error(`Cannot run ${name}, wanted a command that the test has given`);
};

/** Answers each call, one after another. */
const answerCalls = async (from: Readable, to: Writable, shell: Shell): Promise<void> => {
  let heard = '';
  let count = 0;
  for await (const chunk of from.setEncoding('utf8')) {
    const { calls, rest } = callsIn(heard + chunk);
    heard = rest;
    for (const words of calls) {
      const file = join(shell.folder, `.answer-${count++}`);
      const { text: said, status } = await answer(words, shell);
      writeFileSync(file, said);
      to.write(`${status} ${file}\n`);
    }
  }
};

/** Puts the commands into the folder. @returns the path to search, they first */
const pathWith = (folder: string): string => {
  const commands = join(folder, '.commands');
  mkdirSync(commands, { recursive: true });
  for (const name of ['aws', 'key-revoker']) writeFileSync(join(commands, name), COMMAND, { mode: 0o755 });
  return [commands, process.env['PATH']].join(delimiter);
};

/**
 * Runs lines of a page in a real shell, with an `aws` and a `key-revoker` of ours.
 *
 * @returns what they print
 * @throws Error where one of them fails
 */
export const runShell = async (script: string, shell: Shell): Promise<string> => {
  const { variables, folder, now } = shell;
  const child = spawn('sh', ['-c', `${PRELUDE}\ndate() { echo ${now}; }\n${script}`], {
    cwd: folder,
    env: { PATH: pathWith(folder), ...variables },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [, out, errors, calls, answers] = child.stdio as [null, Readable, Readable, Readable, Writable];
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    const [printed, said, status] = await Promise.all([
      text(out),
      text(errors),
      ended,
      answerCalls(calls, answers, shell),
    ]);
    if (status !== 0) throw new Error(`Cannot run the lines, wanted status 0: ${said}`);
    return printed;
  } finally {
    child.kill();
    answers.destroy();
  }
};

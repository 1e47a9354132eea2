import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface Shell {
  readonly variables: Readonly<Record<string, string>>;
  /** Where the script runs; what its commands answer is left there too. */
  readonly folder: string;
  /** Epoch seconds, for `date +%s`: the system under test may be on a clock of its own. */
  readonly now: number;
  /** Stands for the command `aws`: takes its words, gives what it prints. */
  readonly aws: (words: readonly string[]) => Promise<string>;
}

/**
 * The command: says how many words there are and what they are, each ended by a zero byte, and prints the file that it is told of.
 * An unset variable ends the script.
 */
const PRELUDE = `set -eu
aws() { printf '%s\\0' "$#" "$@" >&3; read -r answer <&4; cat "$answer"; }
`;

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

/** Answers each call, one after another. */
const answerCalls = async (from: Readable, to: Writable, { folder, aws }: Shell): Promise<void> => {
  let heard = '';
  let count = 0;
  for await (const chunk of from.setEncoding('utf8')) {
    const { calls, rest } = callsIn(heard + chunk);
    heard = rest;
    for (const words of calls) {
      const file = join(folder, `.answer-${count++}`);
      writeFileSync(file, await aws(words));
      to.write(`${file}\n`);
    }
  }
};

/**
 * Runs lines of a page in a real shell, with an `aws` of ours.
 *
 * @returns what they print
 * @throws Error where one of them fails
 */
export const runShell = async (script: string, shell: Shell): Promise<string> => {
  const { variables, folder, now } = shell;
  const child = spawn('sh', ['-c', `${PRELUDE}date() { echo ${now}; }\n${script}`], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...variables },
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

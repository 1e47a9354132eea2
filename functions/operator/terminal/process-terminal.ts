import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters, styleText } from 'node:util';
import { EXIT, Failure } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { wrapped } from './wrap.ts';

/** The streams of a process. */
export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: WriteStream | NodeJS.WritableStream;
  readonly stderr: WriteStream | NodeJS.WritableStream;
}

const isTerminal = (stream: Streams['stdout']): stream is WriteStream => 'isTTY' in stream && stream.isTTY === true;

const ask = async ({ stdin, stderr }: Streams, question: string, signal: AbortSignal): Promise<string> => {
  const lines = createInterface({ input: stdin, output: stderr });
  // Ctrl-D closes the input: no answer will come.
  const closed = new Promise<never>((_resolve, reject) => lines.once('close', () => reject(new Error('closed'))));
  try {
    return await Promise.race([lines.question(question, { signal }), closed]);
  } catch {
    throw new Failure(EXIT.aborted, 'Cannot continue without an answer');
  } finally {
    lines.close();
  }
};

/** The terminal that a process was started in. */
export const terminalOf = (streams: Streams, signal: AbortSignal): Terminal => {
  const { stdin, stdout, stderr } = streams;
  const isSeen = isTerminal(stderr);
  let isShown = false;
  const clear = (): void => {
    if (isShown) stderr.write('\r\x1b[2K');
    isShown = false;
  };
  return {
    width: isTerminal(stdout) ? stdout.columns : undefined,
    isAnswered: stdin.isTTY === true && isSeen,
    live: isTerminal(stderr) ? stderr : undefined,
    print: (line) => {
      clear();
      stdout.write(`${line}\n`);
    },
    tell: (lines) => {
      clear();
      const fitted = isTerminal(stderr)
        ? lines.split('\n').flatMap((each) => wrapped(each, stderr.columns))
        : [stripVTControlCharacters(lines)];
      for (const each of fitted) stderr.write(`${each}\n`);
    },
    show: (line) => {
      clear();
      if (!isSeen || line === undefined) return;
      stderr.write(line.slice(0, (stderr.columns || 80) - 1));
      isShown = true;
    },
    input: () => text(stdin),
    style: (style, words) => styleText(style, words, { stream: stdout }),
    ask: (question) => {
      clear();
      return ask(streams, question, signal);
    },
  };
};

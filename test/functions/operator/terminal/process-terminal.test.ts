import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Streams, terminalOf } from '../../../../functions/operator/terminal/process-terminal.ts';

/** Streams that look like a terminal of 40 columns, or like pipes. */
const streams = (isTTY: boolean) => {
  const made = [0, 1, 2].map(() =>
    Object.assign(new PassThrough(), isTTY ? { isTTY, columns: 40, hasColors: () => true } : {}),
  );
  const [stdin, stdout, stderr] = made as unknown as [Streams['stdin'], Streams['stdout'], Streams['stderr']];
  const written = (index: number): string => String(made[index]?.read() ?? '');
  return {
    streams: { stdin, stdout, stderr },
    written,
    type: (text: string) => made[0]?.write(text),
    end: () => made[0]?.end(),
  };
};

describe('a terminal', () => {
  const signal = new AbortController().signal;

  it('has a width, and a person who answers', async () => {
    const { streams: all, type } = streams(true);
    const terminal = terminalOf(all, signal);
    expect([terminal.width, terminal.isAnswered]).toEqual([40, true]);
    const answer = terminal.ask('Continue? ');
    type('yes\n');
    expect(await answer).toBe('yes');
  });

  it('breaks a question off where the input ends, or the user breaks off', async () => {
    const { streams: all, end } = streams(true);
    const asked = terminalOf(all, signal).ask('Continue? ');
    end();
    await expect(asked).rejects.toMatchObject({ exit: 5 });
    const abort = new AbortController();
    const other = terminalOf(streams(true).streams, abort.signal).ask('Continue? ');
    abort.abort();
    await expect(other).rejects.toMatchObject({ exit: 5 });
  });

  it('replaces the line that it shows, and takes it away before the next', () => {
    const { streams: all, written } = streams(true);
    const terminal = terminalOf(all, signal);
    terminal.show('one');
    terminal.show('two '.repeat(20));
    terminal.print('done');
    expect(written(2)).toBe(`one\r\x1b[2K${'two '.repeat(9)}two\r\x1b[2K`);
    expect(written(1)).toBe('done\n');
  });

  it('keeps what is told apart from the result, and shows nothing that goes by, where it is a pipe', () => {
    const { streams: all, written } = streams(false);
    const terminal = terminalOf(all, signal);
    expect([terminal.width, terminal.isAnswered]).toEqual([undefined, false]);
    terminal.show('going by');
    terminal.tell('told');
    terminal.print('result');
    expect([written(1), written(2)]).toEqual(['result\n', 'told\n']);
  });

  it('keeps words whole in what it tells, and colours out of a pipe', () => {
    const [seen, piped] = [streams(true), streams(false)];
    const line = `\x1b[31m${'word '.repeat(10).trim()}\x1b[39m`;
    for (const { streams: all } of [seen, piped]) terminalOf(all, signal).tell(line);
    const lines = seen.written(2).trim().split('\n');
    expect(lines.map((each) => stripVTControlCharacters(each).length)).toEqual([39, 9]);
    expect(lines[0]).toContain('\x1b[31m');
    terminalOf(seen.streams, signal).tell('several lines\n  of help');
    expect(seen.written(2)).toBe('several lines\n  of help\n');
    expect(piped.written(2)).toBe(`${stripVTControlCharacters(line)}\n`);
  });

  it('has no colours in a pipe', () =>
    expect(terminalOf(streams(false).streams, signal).style('red', 'text')).toBe('text'));
});

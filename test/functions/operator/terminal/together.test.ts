import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import type { Terminal } from '../../../../functions/operator/terminal/terminal.ts';
import { type Doing, together } from '../../../../functions/operator/terminal/together.ts';

const WORK: readonly Doing<number>[] = [
  { title: 'first', work: async () => 1, end: (value) => `first came to ${value}` },
  { title: 'second', work: () => Promise.reject(new Error('Cannot do it')) },
  { title: 'third', work: async () => 3 },
];

const terminalWith = (live: PassThrough | undefined) => {
  const told: string[] = [];
  const terminal = {
    live: live as unknown as WriteStream | undefined,
    tell: (line: string) => void told.push(line),
    show: () => undefined,
  };
  return { terminal: terminal as unknown as Terminal, told };
};

it('does all, past what fails, and tells each as it is over', async () => {
  const { terminal, told } = terminalWith(undefined);
  expect(await together(terminal, WORK)).toEqual([1, undefined, 3]);
  expect(told.toSorted()).toEqual(['✔ first came to 1', '✔ third', '✖ second: Cannot do it'].toSorted());
});

it('shows each in a line that moves in a terminal, and tells what failed when all is over', async () => {
  const live = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  const { terminal, told } = terminalWith(live);
  expect(await together(terminal, WORK)).toEqual([1, undefined, 3]);
  expect(stripVTControlCharacters(String(live.read()))).toContain('✔ first came to 1');
  expect(told).toEqual(['✖ second: Cannot do it']);
});

it('has nothing to do', async () => expect(await together(terminalWith(undefined).terminal, [])).toEqual([]));

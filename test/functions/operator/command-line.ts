import { stripVTControlCharacters, styleText } from 'node:util';
import { vi } from 'vitest';
import { epochMs } from '../../../functions/core/epoch.ts';
import { run } from '../../../functions/operator/run.ts';
import type { Terminal } from '../../../functions/operator/terminal/terminal.ts';
import * as PROVIDERS from '../../../functions/providers/index.ts';
import { OPERATOR } from '../../whole/system/canaries.ts';
import type { System } from '../../whole/system/system.ts';

/** Of an operator who may do anything. */
export const ADMINISTRATOR = { accessKeyId: OPERATOR, secretAccessKey: 'local' };

/** What one command line came to. */
export interface Ran {
  readonly exit: number;
  /** Of the result, without colours. */
  readonly out: readonly string[];
  /** Beside the result. */
  readonly told: readonly string[];
  /** Shown for a while. */
  readonly shown: readonly string[];
  readonly asked: readonly string[];
}

export interface Typing {
  /** @default piped: none */
  readonly width?: number;
  /** What is typed where something is asked. @default nobody is there */
  readonly answers?: readonly string[];
  /** What is on the standard input. @default nothing */
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** @default the role that was granted the command line */
  readonly credentials?: System['operator'];
  /** Has broken off before anything was done. @default false */
  readonly isBrokenOff?: boolean;
  /** Breaks off after so many waits. */
  readonly breakOffAfter?: number;
  /** Sees each line of the result as it is printed, and may break the command off. */
  readonly onPrint?: (line: string, breakOff: () => void) => void;
  /** What happens whenever the command waits. @default a message is delivered */
  readonly meanwhile?: () => Promise<unknown>;
}

interface Heard extends Ran {
  readonly out: string[];
  readonly told: string[];
  readonly shown: string[];
  readonly asked: string[];
}

const terminalFor = (
  { width, answers, input = '', onPrint = () => undefined }: Typing,
  heard: Heard,
  breakOff: () => void,
): Terminal => {
  const left = [...(answers ?? [])];
  return {
    width,
    isAnswered: answers !== undefined,
    live: undefined,
    print: (text) => {
      heard.out.push(...text.split('\n'));
      onPrint(text, breakOff);
    },
    tell: (text) => void heard.told.push(...stripVTControlCharacters(text).split('\n')),
    show: (text) => void (text === undefined ? undefined : heard.shown.push(text)),
    style: (style, text) => (width === undefined ? text : styleText(style, text, { validateStream: false })),
    input: async () => input,
    ask: async (question) => {
      heard.asked.push(stripVTControlCharacters(question));
      return left.shift() ?? '';
    },
  };
};

/**
 * Runs command lines against a whole system, signed by the role that was granted them. Whenever one of them waits, a message is
 * delivered and the clock moves on.
 */
export const commandLine =
  (system: () => System, typing: Typing = {}) =>
  async (...words: readonly string[]): Promise<Ran> => {
    const { meanwhile = () => system().deliver(), breakOffAfter = Number.POSITIVE_INFINITY } = typing;
    const heard: Heard = { exit: 0, out: [], told: [], shown: [], asked: [] };
    const abort = new AbortController();
    if (typing.isBrokenOff) abort.abort();
    let waits = 0;
    const exit = await run(words, {
      terminal: terminalFor(typing, heard, () => abort.abort()),
      clock: {
        now: () => epochMs(Date.now()),
        elapsed: () => Date.now(),
        until: async (instant) => {
          waits += 1;
          if (waits > breakOffAfter) abort.abort();
          await meanwhile();
          if (instant > Date.now()) vi.setSystemTime(instant);
        },
      },
      environment: typing.environment ?? {},
      signal: abort.signal,
      aws: { region: 'us-east-1', credentials: typing.credentials ?? system().operator },
      providers: async () => PROVIDERS,
    });
    system().canaries.hearText(JSON.stringify(heard));
    return { ...heard, exit, out: heard.out.map(stripVTControlCharacters) };
  };

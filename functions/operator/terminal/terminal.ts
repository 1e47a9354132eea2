import type { WriteStream } from 'node:tty';
import type { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Where a command's result goes, and who answers its questions. */
export interface Terminal {
  /** Columns of the result; `undefined` where it goes to a file or a pipe, and nothing is cut. */
  readonly width: number | undefined;
  /** A person sees what is told, and can answer. */
  readonly isAnswered: boolean;
  /** Takes lines that are rewritten; `undefined` where what was written stays. */
  readonly live: WriteStream | undefined;
  /** One line of the result, as it is. */
  print(line: string): void;
  /** A line or more beside the result: what is going on, or wrong. In a terminal their words stay whole. */
  tell(lines: string): void;
  /** Replaces the last line that was shown so; without a text it is gone. Shows nothing where nobody sees it. */
  show(line?: string): void;
  /** Colours and weights, where the result's reader sees them. */
  style(style: Style, text: string): string;
  /** All of the standard input, to its end. */
  input(): Promise<string>;
  /** @throws Failure `aborted` where the question is broken off */
  ask(question: string): Promise<string>;
}

/** What ends a line somewhere, or turns the direction of a text: controls, separators, marks of direction. */
const LINE_BREAKS = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** Text of others as one line. What it says stays, and what it does to the lines around it goes. */
export const oneLine = (text: string): string => text.replace(LINE_BREAKS, ' ');

export type Fact = readonly [name: string, value: string];

/** What there is to tell, before it takes the form of a chat or a mail. */
export interface Told {
  readonly subject: string;
  readonly what: string;
  /** Empty where nothing is left to do, or `what` says it. */
  readonly next: string;
  readonly facts: readonly Fact[];
}

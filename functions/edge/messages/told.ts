export type Fact = readonly [name: string, value: string];

/** What there is to tell, before it takes the form of a chat or a mail. */
export interface Told {
  readonly subject: string;
  readonly what: string;
  /** Empty where nothing is left to do, or `what` says it. */
  readonly next: string;
  readonly facts: readonly Fact[];
}

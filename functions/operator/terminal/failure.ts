/** What a script learns from how the command line ended. */
export const EXIT = {
  done: 0,
  /** Something did not work: AWS, or the time that was given to wait. */
  failed: 1,
  /** A usage error; nothing was sent. */
  usage: 2,
  /** A request ended `stuck` or `refused`. */
  stuck: 3,
  /** There is no such deployment, request, key, schedule or message. */
  notFound: 4,
  /** The user did not confirm, or interrupted the command. */
  aborted: 5,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with one sentence and a status. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exit: Exit;

  constructor(exit: Exit, message: string) {
    super(message);
    this.exit = exit;
  }
}

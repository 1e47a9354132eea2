/** What goes from the runtime to a worker: one event, and when (epoch milliseconds) the worker will be killed. */
export interface Invocation {
  readonly kind: 'invoke';
  readonly event: unknown;
  readonly deadline: number;
}

/** What a worker says: once that it is ready or cannot be, then one answer per invocation. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answered'; readonly result?: unknown }
  | { readonly kind: 'failed'; readonly errorType: string; readonly message: string };

/** What else may come over the same channel, between a module that was loaded before the function and the code that had it loaded. */
export interface Note {
  readonly kind: string;
}

const REPLIES: readonly string[] = ['ready', 'answered', 'failed'] satisfies readonly WorkerReply['kind'][];

export const isReply = (message: WorkerReply | Note): message is WorkerReply => REPLIES.includes(message.kind);

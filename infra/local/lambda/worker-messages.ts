/** What goes from the runtime to a worker: one event, and when (epoch milliseconds) the worker will be killed. */
export interface Invocation {
  readonly event: unknown;
  readonly deadline: number;
}

/** What a worker says: once that it is ready or cannot be, then one answer per invocation. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answered'; readonly result?: unknown }
  | { readonly kind: 'failed'; readonly errorType: string; readonly message: string };

/** A function as its template describes it. */
export interface FunctionConfig {
  readonly name: string;
  /** Path of the module that exports the handler: absolute, or from the root of the repository. */
  readonly handlerModule: string;
  readonly handlerExport: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Id of the role that the function signs with, `AROA…`. */
  readonly roleId: string;
}

/** Hands one event to a function and waits for its answer; rejects with `FunctionError` where there is none. */
export type Invoke = (event: unknown) => Promise<unknown>;

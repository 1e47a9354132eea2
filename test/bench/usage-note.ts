import type { Note } from '../../infra/local/lambda/worker-messages.ts';

/** What a function's process took so far. */
export interface UsageNote extends Note {
  readonly kind: 'usage';
  /** Of its heap, what was in use right after a collection, in bytes, at the most. */
  readonly liveBytes: number;
  /** Of the machine's memory, in bytes, at the most. */
  readonly residentBytes: number;
  /** Of the processor, however busy the machine was, in milliseconds. */
  readonly cpuMs: number;
}

export const isUsageNote = (note: Note): note is UsageNote => note.kind === 'usage';

/** Asks for one. */
export const USAGE_ASKED: Note = { kind: 'usage?' };

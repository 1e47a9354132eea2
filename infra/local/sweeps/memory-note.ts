import type { Note } from '../lambda/worker-messages.ts';

/** What a function's process took at the most so far, in bytes. */
export interface MemoryNote extends Note {
  readonly kind: 'memory';
  /** Of its heap, what was in use right after a collection. */
  readonly liveBytes: number;
  /** Of the machine. */
  readonly residentBytes: number;
}

export const isMemoryNote = (note: Note): note is MemoryNote => note.kind === 'memory';

/** Asks for one. */
export const MEMORY_ASKED: Note = { kind: 'memory?' };

declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Times in milliseconds; without `path` everything is kept in memory. */
  const dynalite: (options?: { createTableMs?: number; deleteTableMs?: number; updateTableMs?: number }) => Server;
  export = dynalite;
}

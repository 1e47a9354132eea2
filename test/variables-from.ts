import type { System } from './whole/system/system.ts';

/** The stack's outputs as the shell variables that the pages use: `RequestsQueueUrl` as `REQUESTS_QUEUE_URL`. */
export const variablesFrom = ({ deployment }: System): Record<string, string> =>
  Object.fromEntries(
    Object.entries(deployment.outputs).map(([name, value]) => [
      name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(),
      value,
    ]),
  );

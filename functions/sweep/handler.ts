import { type LookedAfter, lookAfter } from '../core/look-after.ts';
import { type Swept, sweep } from '../core/sweep.ts';
import { readEnvironment } from '../edge/environment.ts';
import { wire } from '../edge/wire.ts';

const environment = readEnvironment(process.env);
const { ports } = wire(environment);

/** Lambda's entry: turns the expiry tags that are due into requests, and once a day looks after the ledger's cases. */
export const handler = async (): Promise<Swept & { readonly lookedAfter: LookedAfter | undefined }> => ({
  ...(await sweep(ports, environment.sweepAheadMs)),
  lookedAfter: await lookAfter(ports),
});

import { type Ticked, tick } from '../core/tick.ts';
import { readEnvironment } from '../edge/environment.ts';
import { wire } from '../edge/wire.ts';

const environment = readEnvironment(process.env);
const { ports } = wire(environment);

/** Lambda's entry: turns the expiry tags that are due into requests, and tells how much is open. */
export const handler = (): Promise<Ticked> => tick(ports, environment.sweepAheadMs);

import { type Swept, sweep } from '../core/sweep.ts';
import { readEnvironment } from '../edge/environment.ts';
import { wire } from '../edge/wire.ts';

const environment = readEnvironment(process.env);
const { ports } = wire(environment);

/** Lambda's entry: turns the expiry tags that are due into requests. */
export const handler = (): Promise<Swept> => sweep(ports, environment.sweepAheadMs);

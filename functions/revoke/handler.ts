import { createPorts } from '../edge/create-ports.ts';
import { readEnvironment } from '../edge/process/environment.ts';
import * as PROVIDERS from '../providers/index.ts';
import { serve } from './serve.ts';

/** Lambda's entry: carries out what stands on the queues of the lanes. */
export const handler = serve(
  createPorts(readEnvironment(process.env, Object.keys(PROVIDERS)), PROVIDERS, { connects: true }),
);

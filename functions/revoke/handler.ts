import { createPorts } from '../edge/create-ports.ts';
import { readEnvironment } from '../edge/process/environment.ts';
import { PROVIDERS } from '../providers/index.ts';
import { serve } from './serve.ts';

const { ports, hide } = createPorts(readEnvironment(process.env));

/** Lambda's entry: carries out what stands on the requests queue. */
export const handler = serve({ ports: { ...ports, provider: (name) => PROVIDERS[name] }, hide });

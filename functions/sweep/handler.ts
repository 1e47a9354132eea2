import type { Context } from 'aws-lambda';
import { after } from '../core/epoch.ts';
import { type Ticked, tick } from '../core/sweep/tick.ts';
import { TIMING } from '../core/timing.ts';
import { createPorts } from '../edge/create-ports.ts';
import { readEnvironment } from '../edge/process/environment.ts';
import * as PROVIDERS from '../providers/index.ts';

const environment = readEnvironment(process.env, Object.keys(PROVIDERS));
const { ports } = createPorts(environment, PROVIDERS, { repairs: false });

/** Lambda's entry: turns the expiry tags that are due into requests, and tells how much is open. */
export const handler = (_tick: unknown, context: Context): Promise<Ticked> => {
  const until = after(ports.clock.now(), context.getRemainingTimeInMillis() - TIMING.sweepMarginMs);
  return tick(ports, environment.sweepAheadMs, until);
};

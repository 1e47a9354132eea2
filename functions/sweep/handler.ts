import type { Context, SQSBatchResponse } from 'aws-lambda';
import { after } from '../core/epoch.ts';
import { type Ticked, tick } from '../core/sweep/tick.ts';
import { TIMING } from '../core/timing.ts';
import { createPorts } from '../edge/create-ports.ts';
import { readEnvironment } from '../edge/process/environment.ts';
import * as PROVIDERS from '../providers/index.ts';
import { isQueueEvent, serveEvents } from './serve-events.ts';

const environment = readEnvironment(process.env, Object.keys(PROVIDERS));
const { ports } = createPorts(environment, PROVIDERS, { repairs: false });

/**
 * Lambda's entry. At a tick of the clock: turns the expiry tags that are due into requests, and tells how much is open. For events about
 * secrets: looks at the secrets that they name.
 */
export const handler = (event: unknown, context: Context): Promise<Ticked | SQSBatchResponse> => {
  if (isQueueEvent(event)) return serveEvents(ports, environment.sweepAheadMs, event);
  const until = after(ports.clock.now(), context.getRemainingTimeInMillis() - TIMING.sweepMarginMs);
  return tick(ports, environment.sweepAheadMs, until);
};

import { GetEventSourceMappingCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { after } from '../../core/epoch.ts';
import { MINUTE_MS } from '../../core/timing.ts';
import { fromAws } from '../deployment/aws-trouble.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { nextPoll, pause } from './poll.ts';

/** A mapping takes some seconds to change; longer than that something is wrong with it. */
const PATIENCE_MS = 5 * MINUTE_MS;

const SETTLED = ['Enabled', 'Disabled'] as const;

const stateOf = async ({ lambda, card }: Deployed): Promise<string> => {
  const ask = new GetEventSourceMappingCommand({ UUID: card.eventSourceMappingId });
  return (await fromAws('read the event source mapping', lambda.send(ask))).State ?? '';
};

/** Waits until the mapping is in one of these states. @throws Failure where it does not come there in time */
const until = async (context: Context, deployed: Deployed, states: readonly string[]): Promise<void> => {
  const from = context.clock.now();
  for (let polls = 0; ; polls += 1) {
    const state = await stateOf(deployed);
    if (states.includes(state)) return;
    const now = context.clock.now();
    context.terminal.show(`The event source mapping is ${state}`);
    if (now > after(from, PATIENCE_MS))
      throw new Failure(EXIT.failed, `Cannot wait longer for the event source mapping: it is ${state}. Try again`);
    await pause(context, nextPoll(now, polls));
  }
};

/**
 * Has the revoking function take requests, or none; requests that it is at are carried on with.
 *
 * @throws Failure where Lambda does not do so in time
 */
export const switchMapping = async (context: Context, deployed: Deployed, isOn: boolean): Promise<void> => {
  const { lambda, card } = deployed;
  const wanted = isOn ? 'Enabled' : 'Disabled';
  // One that is changing already refuses to be changed.
  await until(context, deployed, SETTLED);
  if ((await stateOf(deployed)) === wanted) return;
  const change = new UpdateEventSourceMappingCommand({ UUID: card.eventSourceMappingId, Enabled: isOn });
  await fromAws('switch the event source mapping', lambda.send(change));
  await until(context, deployed, [wanted]);
};

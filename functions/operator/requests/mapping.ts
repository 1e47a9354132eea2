import { GetEventSourceMappingCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { after } from '../../core/epoch.ts';
import { laneIn, lanesIn } from '../../core/request/deployment-card.ts';
import { MINUTE_MS } from '../../core/timing.ts';
import { fromAws } from '../deployment/aws-trouble.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { nextPoll, pause } from './poll.ts';

/** A mapping takes some seconds to change; longer than that something is wrong with it. */
const PATIENCE_MS = 5 * MINUTE_MS;

const SETTLED = ['Enabled', 'Disabled'] as const;

/** @returns the state by Lambda's own word; empty where Lambda names none @throws Failure where AWS does not say it */
export const mappingState = async ({ lambda }: Deployed, UUID: string): Promise<string> => {
  const ask = new GetEventSourceMappingCommand({ UUID });
  return (await fromAws('read the event source mapping', lambda.send(ask))).State ?? '';
};

/** One mapping of a deployment. */
interface OneMapping {
  readonly deployed: Deployed;
  readonly id: string;
}

/** Waits until the mapping is in one of these states. @throws Failure where it does not come there in time */
const until = async (context: Context, { deployed, id }: OneMapping, states: readonly string[]): Promise<void> => {
  const from = context.clock.now();
  for (let polls = 0; ; polls += 1) {
    const state = await mappingState(deployed, id);
    if (states.includes(state)) return;
    const now = context.clock.now();
    context.terminal.show(`The event source mapping is ${state}`);
    if (now > after(from, PATIENCE_MS))
      throw new Failure(EXIT.failed, `Cannot wait longer for the event source mapping: it is ${state}. Try again`);
    await pause(context, nextPoll(now, polls));
  }
};

const switchOne = async (context: Context, mapping: OneMapping, isOn: boolean): Promise<void> => {
  const { deployed, id } = mapping;
  const wanted = isOn ? 'Enabled' : 'Disabled';
  // One that is changing already refuses to be changed.
  await until(context, mapping, SETTLED);
  if ((await mappingState(deployed, id)) === wanted) return;
  const change = new UpdateEventSourceMappingCommand({ UUID: id, Enabled: isOn });
  await fromAws('switch the event source mapping', deployed.lambda.send(change));
  await until(context, mapping, [wanted]);
};

/**
 * Has the revoking functions take messages of every lane, or none. Requests that are at work continue.
 *
 * @throws Failure where Lambda does not do so in time
 */
export const switchMappings = async (context: Context, deployed: Deployed, isOn: boolean): Promise<void> => {
  const ids = lanesIn(deployed.card).map((lane) => laneIn(deployed.card, lane).eventSourceMappingId);
  await Promise.all(ids.map((id) => switchOne(context, { deployed, id }, isOn)));
};

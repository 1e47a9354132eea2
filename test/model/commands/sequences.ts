import fc from 'fast-check';
import type { Ports } from '../../../functions/core/ports.ts';
import type { Awaited } from '../../faults/simulated/instrumented.ts';
import { type Model, newModel } from '../state/model.ts';
import type { Stage } from '../system/stage.ts';
import { openSystem, type System } from '../system/system.ts';
import { byHand, deaf, fault, heal, onSecret, outage, wait } from './changes.ts';
import type { Command } from './command.ts';
import { deliver, deliverAndCut, deliverWithout, drain } from './deliveries.ts';
import { look, redrive, send, sendAgain, sendUnderTakenId } from './requests.ts';

const MOST_STEPS = 40;

/** How often each step comes, of all. */
const WEIGHTS: readonly (readonly [times: number, step: fc.Arbitrary<Command>])[] = [
  [3, send],
  [1, sendAgain],
  [1, sendUnderTakenId],
  [2, redrive],
  [1, look],
  [5, deliver],
  [3, deliverAndCut],
  [2, deliverWithout],
  [1, wait],
  [2, fault],
  [1, outage],
  [1, deaf],
  [1, heal],
  [2, byHand],
  [2, onSecret],
];

const STEPS = WEIGHTS.flatMap(([times, step]) => Array.from({ length: times }, () => step));

/** What a failure names, to play its sequence again. */
export interface Replay {
  readonly path?: string | undefined;
  readonly replayPath?: string | undefined;
}

/** What the real code is run with. */
export interface Setting {
  readonly stage: Stage;
  readonly awaited: Awaited;
  /** Puts something wrong between the code and its ports. */
  readonly spoil?: (ports: Ports) => Ports;
  /** Of each sequence, at the most. */
  readonly mostSteps?: number;
}

/** Drives the real code and the model side by side. @param onEnd told the number of steps of each sequence */
export const sequences = (
  { stage, awaited, spoil, mostSteps = MOST_STEPS }: Setting,
  { replayPath }: Replay = {},
  onEnd: (steps: number) => void = () => {},
): fc.IAsyncPropertyWithHooks<[Iterable<Command>]> =>
  fc.asyncProperty(
    fc.commands(STEPS, { maxCommands: mostSteps, size: '+1', ...(replayPath && { replayPath }) }),
    async (commands) => {
      const model: Model = newModel(stage);
      const real: System = await openSystem(stage, new Set(awaited), spoil);
      await fc.asyncModelRun(() => ({ model, real }), commands);
      await drain(model, real);
      onEnd(model.steps);
    },
  );

import fc from 'fast-check';
import { FAULT_TABLE } from '../../../infra/local/sandbox/index.ts';
import type { Cause } from '../rules/outcomes.ts';
import { noteChange, secretIn } from '../state/model.ts';
import { type Command, change, isBegun, pick } from './command.ts';

const few = fc.nat({ max: 3 });
const always = (): boolean => true;

/** From a moment to longer than a request may stay open, and as long as a queue keeps a message. */
const SECONDS = [1, 7, 40, 300, 900, 3_600, 13 * 86_400];

export const wait: fc.Arbitrary<Command> = fc
  .constantFrom(...SECONDS)
  .map((seconds) =>
    change(`wait ${seconds} s`, isBegun, (_model, { clock }) => clock.advanceTo(clock.now() + seconds * 1_000)),
  );

/** Readings of what was. */
const LAGGING: readonly string[] = ['stale', 'lag'];

/** Some of the exchanges to come go wrong. */
export const fault: fc.Arbitrary<Command> = fc
  .record({ row: fc.constantFrom(...FAULT_TABLE), skip: fc.nat({ max: 6 }), times: fc.integer({ min: 1, max: 4 }) })
  .map(({ row, skip, times }) =>
    change(
      `fault "${row.name}", skip ${skip}, ${times} times`,
      ({ mayLag, weather }) => weather !== 'outage' && (mayLag || !LAGGING.includes(row.fault.kind)),
      (model, { sandbox }) => {
        model.weather = 'faults';
        sandbox.faults.script({ match: {}, fault: row.fault, skip, times, name: row.name });
      },
    ),
  );

/**
 * For a while the provider answers every key as one that it does not know. More than one outage cannot be told from a death, nor one of
 * a key that a person has brought back after its deletion was accepted.
 */
export const outage: fc.Arbitrary<Command> = fc
  .record({ seconds: fc.constantFrom(3, 60, 600, 1_800), skip: fc.nat({ max: 6 }) })
  .map(({ seconds, skip }) =>
    change(
      `outage of ${seconds} s, skip ${skip}`,
      ({ weather, keys }) => weather === 'well' && ![...keys.values()].some(({ causes }) => causes.has('revived')),
      (model, system) => {
        model.weather = 'outage';
        system.fail(seconds * 1_000, skip);
      },
    ),
  );

/** For a while no call gets through, or none is answered. */
export const deaf: fc.Arbitrary<Command> = fc
  .constantFrom<readonly ['dropBefore' | 'dropAfter', number]>(
    ['dropBefore', 2],
    ['dropBefore', 5],
    ['dropBefore', 9],
    ['dropAfter', 1],
    ['dropAfter', 3],
  )
  .map(([kind, times]) =>
    change(
      `no call ${kind === 'dropAfter' ? 'is answered' : 'gets through'}, ${times} times`,
      isBegun,
      (_, { sandbox }) => {
        for (const method of ['DELETE', 'POST'])
          sandbox.faults.script({ match: { method }, fault: { kind }, times, name: 'deaf' });
      },
    ),
  );

export const heal: fc.Arbitrary<Command> = fc.constant(change('heal', isBegun, (_model, system) => system.heal()));

/** A person removes a key or brings it back, or changes it where that is known for the provider. */
export const byHand: fc.Arbitrary<Command> = fc
  .tuple(few, fc.oneof(fc.constant(0), fc.nat({ max: 8 })))
  .map(([which, how]) =>
    change(`by hand: key ${which}, change ${how}`, always, (model, { sandbox, stage, clock }) => {
      const keyId = pick(stage.keys, which);
      // The change and what was read before have instants of their own.
      clock.advanceTo(clock.now() + 1);
      const isAlive = sandbox.isAlive(stage.world, keyId);
      const hand = how > 0 && isAlive ? stage.hands[(how - 1) % Math.max(1, stage.hands.length)] : undefined;
      if (hand) hand.act(sandbox, stage.world, keyId);
      else sandbox[isAlive ? 'remove' : 'revive'](stage.world, keyId);
      const cause = hand?.cause ?? (isAlive ? 'removed' : 'revived');
      model.mayLag = cause === 'removed';
      if (!model.mayLag) sandbox.faults.clear();
      noteChange(model, keyId, cause);
    }),
  );

/** A secret is rotated to another key, saved again, made unreadable, scheduled for deletion and restored, or denied and granted. */
const ON_SECRETS: Readonly<Record<string, Cause>> = {
  rotate: 'rotated',
  'save again': 'rotated',
  spoil: 'unreadable',
  'delete or restore': 'missing',
  'deny or grant': 'denied',
};

export const onSecret: fc.Arbitrary<Command> = fc
  .tuple(few, fc.constantFrom(...Object.entries(ON_SECRETS)))
  .map(([which, [how, cause]]) =>
    change(`${how} secret ${which}`, always, (model, { vault, stage }) => {
      const { missing, denied } = model;
      const name = pick(Object.keys(stage.secrets), which);
      const value = { ...stage.secrets, ...(how === 'rotate' ? stage.rotated : {}) }[name];
      secretIn(model, name).add(cause);
      if (cause === 'denied') {
        if (!denied.delete(name)) denied.add(name);
        vault.deny(name, denied.has(name));
      } else if (cause !== 'missing') vault.put(name, how === 'spoil' ? 'no credential' : JSON.stringify(value));
      else if (missing.delete(name)) vault.restore(name);
      else {
        vault.schedule(name);
        missing.add(name);
      }
    }),
  );

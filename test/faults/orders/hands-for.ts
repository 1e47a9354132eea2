import type { Member } from '../../../infra/local/sandbox/cast.ts';
import type { Hand as HandAtProvider } from '../../../infra/local/sandbox/hands.ts';
import type { AttendedSandbox } from '../../../infra/local/sandbox/index.ts';
import type { Hand, Seeded } from './order-under-test.ts';

/** The last two: of a managing key that names itself and cannot tell its id any more, and of an update, which sends no delete to find out. */
const GONE = ['already-revoked', 'stuck/not-recognised', 'stuck/credential-refused', 'stuck/unproven'];

/** The two keys of an order; they may be one. */
interface Concerned {
  readonly target: Member;
  readonly signer: Member;
}

/** What can be done by hand at every provider. */
const everywhere = (sandbox: AttendedSandbox, { target, signer }: Concerned): Seeded['byHand'] => {
  const remove = ({ world, keyId }: Member) => sandbox.remove(world, keyId);
  const revive = ({ world, keyId }: Member) => sandbox.revive(world, keyId);
  return {
    'deleted by hand': { now: () => remove(target), orElse: GONE },
    'deleted by hand, and made again later': {
      now: () => remove(target),
      later: () => revive(target),
      // The call found no such key, and its refusal says no more than that.
      orElse: [...GONE, 'stuck/request-rejected'],
    },
    'made again by hand': { now: () => revive(target), isForDead: true },
    ...(signer.keyId === target.keyId
      ? {}
      : { 'its signer deleted by hand': { now: () => remove(signer), orElse: ['stuck/credential-refused'] } }),
  };
};

/** What can be done by hand to the keys of an order at its provider. */
export const handsFor = (
  sandbox: AttendedSandbox,
  hands: readonly HandAtProvider<AttendedSandbox>[],
  concerned: Concerned,
): Seeded['byHand'] => {
  const particular = hands.flatMap(({ name, act, midway }): readonly (readonly [string, Hand])[] => {
    if (midway === undefined) return [];
    const { to, later, orElse } = midway;
    const { world, keyId } = concerned[to];
    return [
      [
        `${to}: ${name}`,
        {
          now: () => act(sandbox, world, keyId),
          ...(later ? { later: () => later(sandbox, world, keyId) } : {}),
          ...(orElse ? { orElse } : {}),
        },
      ],
    ];
  });
  return { ...everywhere(sandbox, concerned), ...Object.fromEntries(particular) };
};

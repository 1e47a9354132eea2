import type { Account, Doable, Member, SpecialPart } from '../../../infra/local/sandbox/cast.ts';
import { type AttendedSandbox, SANDBOX_OF, type SandboxName } from '../../../infra/local/sandbox/index.ts';
import { endOf, partsOf, wordsOf } from '../../../infra/local/sandbox/parts.ts';
import type { InProcess } from '../simulated/serve-in-process.ts';
import { handsFor } from './hands-for.ts';
import type { OrderUnderTest, Seeded } from './order-under-test.ts';

/** The keys of an order's account that an order is about or signed with. */
interface Keys {
  readonly managing: Member | undefined;
  /** Another one that does as much. */
  readonly second: Member | undefined;
  readonly key: Member;
  /** Another one that does as much as the key. */
  readonly spare: Member;
}

/** A number that no other key of the account has. */
const NEIGHBOUR = 99;

/** An account with two managing keys, and with keys of which the last but one is the one that an order may be about. */
const populate = (
  { managing, key }: Account,
  { kind = {}, by, before = 1 }: SpecialPart,
  isOfManaging: boolean,
): Keys => {
  const { world } = kind;
  const second = managing?.(2);
  const first = managing?.(1, isOfManaging ? kind : {});
  const [spare, ...more] = Array.from({ length: before }, (_, n) => key(n + 2, world === undefined ? {} : { world }));
  if (spare === undefined)
    throw new Error(`Cannot seed an account of ${more.length} keys, give it another beside the target`);
  const target = key(1, { ...(isOfManaging ? {} : kind), isManaged: by === 'managing' });
  key(NEIGHBOUR, { group: 1 });
  return { managing: first, second, key: target, spare };
};

const targetIn = ({ target }: SpecialPart, member: Member, secretId: string): unknown => {
  if (target === 'self') return 'self';
  return target === 'secret' ? { secretId } : member[target];
};

interface Whose {
  readonly keys: Keys;
  readonly target: Member;
  readonly signer: Member;
}

const keysOf = (account: Account, part: SpecialPart, { of }: Doable): Whose => {
  const isOfManaging = part.ofManaging ?? of === 'managing';
  const keys = populate(account, part, isOfManaging);
  const { managing = keys.key, key } = keys;
  const target = isOfManaging ? managing : key;
  return { keys, target, signer: part.by === 'self' ? target : managing };
};

const seededBy = (
  provider: SandboxName,
  part: SpecialPart,
  { keys, target, signer }: Whose,
): Omit<Seeded, 'byHand'> => {
  const { update, landsWithinMs = 0 } = SANDBOX_OF[provider].cast;
  const secret = { managing: `key-revoker/${provider}/manager`, key: `key-revoker/${provider}/key` };
  const { managing, second, key, spare } = keys;
  const secretOf = ({ keyId }: Member): string => (keyId === managing?.keyId ? secret.managing : secret.key);
  const isUpdate = SANDBOX_OF[provider].cast.operations[part.operation]?.kind === 'update';
  return {
    secrets: { ...(managing && { [secret.managing]: managing.credential }), [secret.key]: key.credential },
    rotated: { ...(second && { [secret.managing]: second.credential }), [secret.key]: spare.credential },
    request: {
      provider,
      operation: part.operation,
      secretId: secretOf(signer),
      target: targetIn(part, target, secretOf(target)),
      ...(isUpdate && update ? { settings: update.settings } : {}),
    },
    world: target.world,
    target: target.keyId,
    signer: signer.keyId,
    ...(signer === target || second === undefined ? {} : { otherSigners: [second.keyId] }),
    ...(update ? { narrow: update.narrow } : {}),
    landsWithinMs,
  };
};

const orderUnderTest = (provider: SandboxName, part: SpecialPart, doable: Doable): OrderUnderTest => {
  const { side, cast, hands } = SANDBOX_OF[provider];
  const { ends = endOf(doable), endsUrgent = ends, orElse = [], isCostly = false } = part;
  return {
    name: `${provider}/${part.operation} ${wordsOf(part, cast.manager)}`,
    ends: { manual: ends, leaked: endsUrgent },
    orElse,
    isCostly,
    seed: async (now) => {
      const sandbox = (await side({ now })) as AttendedSandbox & InProcess;
      const whose = keysOf(cast.account(sandbox, 0), part, doable);
      cast.account(sandbox, 1).key(1); // of another account
      const byHand = handsFor(sandbox, hands, whose);
      const { settingsOf } = cast;
      const settings = settingsOf && ((world: string, keyId: string) => settingsOf(sandbox, world, keyId));
      return { sandbox, seeded: { ...seededBy(provider, part, whose), byHand, ...(settings && { settings }) } };
    },
  };
};

/** A provider's operations by each of their signers, and every further way to ask for them. */
export const ordersAt = (provider: SandboxName): readonly OrderUnderTest[] => {
  const { cast } = SANDBOX_OF[provider];
  return partsOf(cast).map((part) => {
    const doable = cast.operations[part.operation];
    if (doable === undefined) throw new Error(`Cannot do ${part.operation} at ${provider}`);
    return orderUnderTest(provider, part, doable);
  });
};

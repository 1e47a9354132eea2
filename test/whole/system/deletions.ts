import type { Member, Part, Signer } from '../../../infra/local/sandbox/cast.ts';
import { SANDBOX_NAMES, SANDBOX_OF, type SandboxName } from '../../../infra/local/sandbox/index.ts';
import { wordsOf } from '../../../infra/local/sandbox/parts.ts';
import { type OrderRow, PARTICULAR_DELETIONS } from './orders.ts';
import type { System } from './system.ts';

/** One way to ask for a delete. */
interface Way extends Omit<Part, 'operation'> {
  /** Crossed with faults: nothing of it is like another way. */
  readonly isCrossed: boolean;
}

const plainly = (by: Signer, target: Part['target'], special?: string): Omit<Way, 'isCrossed'> => ({
  ...{ by, target },
  ...(special === undefined ? {} : { special }),
});

/** Each way to name the target, and each kind of signature. */
const waysAt = (provider: SandboxName, by: Signer): readonly Way[] => {
  const { signing, special = [] } = SANDBOX_OF[provider].cast;
  const usual = by === 'self' ? 'self' : 'located';
  // A key can be searched for where the cast has an order that does not say where the key is.
  const isSearched = special.some((part) => part.by === 'managing' && part.target === 'named');
  const signed = signing
    .slice(1)
    .map((kind) => ({ ...plainly(by, usual, kind), kind: { signing: kind }, isCrossed: false }));
  if (by === 'self')
    return [
      { ...plainly(by, usual), isCrossed: true },
      ...signed,
      { ...plainly(by, 'named', 'named by its id'), isCrossed: false },
      { ...plainly(by, 'secret', 'named by its secret'), isCrossed: false },
    ];
  return [
    { ...plainly(by, usual), isCrossed: isSearched },
    ...signed,
    ...(isSearched ? [{ ...plainly(by, 'named', 'searched for'), isCrossed: true }] : []),
    { ...plainly(by, 'secret', 'named by its secret'), isCrossed: true },
  ];
};

const targetIn = ({ target }: Way, member: Member, secretId: string): unknown => {
  if (target === 'self') return 'self';
  return target === 'secret' ? { secretId } : member[target];
};

const rowOf = (provider: SandboxName, operation: string, way: Way, isOfManaging: boolean): OrderRow => {
  const { cast } = SANDBOX_OF[provider];
  const { by, kind = {}, isCrossed } = way;
  return {
    name: `${provider}/${operation} ${wordsOf({ operation, ...way }, cast.manager)}`,
    isCrossed,
    arrange: async (system: System, n = 0) => {
      const account = cast.account(system[provider], n);
      const store = (role: string, { credential }: Member): Promise<string> =>
        system.store(`key-revoker/${provider}/${role}-${n}`, credential);
      const managing = account.managing?.(1, kind);
      const target = (isOfManaging && managing) || account.key(1, { ...kind, isManaged: by === 'managing' });
      const signer = by === 'managing' && managing ? managing : target;
      const secretId = await store('signer', signer);
      const own = signer === target ? secretId : await store('target', target);
      const request = { provider, operation, secretId, target: targetIn(way, target, own) };
      return { provider, world: target.world, keyId: target.keyId, by: signer.keyId, request };
    },
  };
};

const deletionsAt = (provider: SandboxName): readonly OrderRow[] =>
  Object.entries(SANDBOX_OF[provider].cast.operations)
    .filter(([, { kind }]) => kind === 'delete')
    .flatMap(([operation, { signers, of }]) =>
      signers.flatMap((by) => waysAt(provider, by).map((way) => rowOf(provider, operation, way, of === 'managing'))),
    );

/** Every deletion with each of its signers, each way to name the target, and each kind of signature. */
export const DELETIONS: readonly OrderRow[] = [...SANDBOX_NAMES.flatMap(deletionsAt), ...PARTICULAR_DELETIONS];

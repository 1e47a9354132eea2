import type { Member } from '../../../infra/local/sandbox/cast.ts';
import { SANDBOX_OF, type Sandboxes } from '../../../infra/local/sandbox/index.ts';
import type { Recipe, TargetKind } from './recipes.ts';

/** The keys that one order is about, made at a provider for that order only, in an account of their own. */
export interface CastKeys {
  readonly target: Member;
  /** Signs where the recipe says so; absent at a provider that has none such. */
  readonly managing: Member | undefined;
  /** What the request says of its target; `secret` is not known here. */
  readonly named: Readonly<Record<Exclude<TargetKind, 'secret' | 'self'>, object>>;
}

/** Makes the keys of the n-th order at its provider. */
export const castFor = (n: number, recipe: Recipe, sandboxes: Sandboxes): CastKeys => {
  const { provider, operation, signer, signing, lacks } = recipe;
  const { cast } = SANDBOX_OF[provider];
  const account = cast.account(sandboxes[provider], n);
  const kind = { ...(signing === undefined ? {} : { signing }), lacks: lacks !== undefined };
  const managing = account.managing?.(1, kind);
  const key = account.key(1, { ...kind, isManaged: signer === 'managing' });
  const target = cast.operations[operation]?.of === 'managing' && managing ? managing : key;
  return { target, managing, named: { named: target.named, located: target.located, nobody: account.nobody(1) } };
};

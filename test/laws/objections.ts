import type { CaseItem } from '../../functions/core/ledger/case-item.ts';
import type { HttpCall } from '../../functions/core/provider.ts';
import { TIMING } from '../../functions/core/timing.ts';
import { atWork } from './at-work.ts';
import type { Scene } from './scene.ts';

/** The keys that a call is about: those that it names, or else the one that signs. */
const meantBy = ({ path, body = '' }: HttpCall, { sandbox }: Scene): string => {
  const text = `${path} ${body}`.toLowerCase();
  const named = sandbox.keyIds().filter((id) => text.includes(id.toLowerCase()));
  return named.length > 0 ? named.join() : (sandbox.record.at(-1)?.keyId ?? '');
};

/**
 * What is wrong with a call that has left just now, by what nobody can see any more when all is over: what the call says, and the ledger as
 * it stands.
 *
 * @param sent how many calls have left before for the same key
 */
export const objections = (scene: Scene, call: HttpCall, sent: number): readonly string[] => {
  const { clock, orders, ledger } = scene;
  const { requestId, ids } = atWork();
  const { target = '' } = orders.get(requestId) ?? {};
  const casePk = (pk: string): boolean => pk.startsWith('case#') && pk.endsWith(`/${target}`);
  const { lease } = (ledger.items().find(({ pk }) => casePk(pk)) ?? {}) as Partial<CaseItem>;
  const meant = meantBy(call, scene);
  const rules: readonly (readonly [boolean, string])[] = [
    [meant === target, `L3: a call is about ${meant}`],
    [ledger.attempted(casePk) > sent, 'L3: a call that is not in the ledger as attempted'],
    [lease !== undefined && ids.has(lease.holder), 'L3: a call without the lease'],
    [(lease?.until ?? 0) - clock.now() > TIMING.callMarginMs, 'L3: a call with too little of the lease left'],
  ];
  return rules.filter(([holds]) => !holds).map(([, breach]) => breach);
};

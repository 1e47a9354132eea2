import type { CaseItem } from '../../functions/core/ledger/case-item.ts';
import type { HttpCall } from '../../functions/core/provider.ts';
import { TIMING } from '../../functions/core/timing.ts';
import { atWork } from './at-work.ts';
import type { Said, Scene, Seen } from './evidence.ts';

/** The keys that a call is about: those that it names, or else the one that signs. */
const meantBy = ({ path, body = '' }: HttpCall, { sandbox }: Scene): string => {
  const text = `${path} ${body}`.toLowerCase();
  const named = sandbox.keyIds().filter((id) => text.includes(id.toLowerCase()));
  return named.length > 0 ? named.join() : (sandbox.record.at(-1)?.keyId ?? '');
};

/** What is wrong with a call that has left just now. */
export const objections = (
  scene: Scene,
  call: HttpCall,
  { receipts, exchanges }: { readonly receipts: readonly Said[]; readonly exchanges: readonly Seen[] },
): readonly string[] => {
  const { clock, orders, ledger } = scene;
  const { requestId, attempt, ids } = atWork();
  const { request, target = '' } = orders.get(requestId) ?? {};
  const casePk = (pk: string): boolean => pk.startsWith('case#') && pk.endsWith(`/${target}`);
  const { lease } = (ledger.items().find(({ pk }) => casePk(pk)) ?? {}) as Partial<CaseItem>;
  const finals = receipts.filter(({ receipt }) => receipt.final && receipt.requestId === requestId);
  const sent = exchanges.filter((one) => one.isCall && orders.get(one.requestId)?.target === target);
  const meant = meantBy(call, scene);
  const rules: readonly (readonly [boolean, string])[] = [
    [meant === target, `L3: a call is about ${meant}`],
    [request?.['dryRun'] !== true, 'L3: a call in a dry run'],
    [clock.now() >= Date.parse(String(request?.['notBefore'] ?? 0)), 'L3: a call before its time'],
    [finals.every(({ receipt }) => receipt.attempt < attempt), 'L3: a call after the end'],
    [ledger.attempted(casePk) > sent.length, 'L3: a call that is not in the ledger as attempted'],
    [lease !== undefined && ids.has(lease.holder), 'L3: a call without the lease'],
    [(lease?.until ?? 0) - clock.now() > TIMING.callMarginMs, 'L3: a call with too little of the lease left'],
  ];
  return rules.filter(([holds]) => !holds).map(([, breach]) => breach);
};

import type { KeySettings } from '../exchange.ts';
import { type BybitKey, withNewExpiry } from './bybit-key.ts';
import { chooseMaster, chooseSub } from './choose-target.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { isSensitiveChange, permissionsAfter, shownPermissions } from './permissions.ts';

const BAD_PARAMETER = 10001;
const isGiven = (value: unknown) => value !== undefined && value !== null;

/** One comma-separated string, or an array, of addresses; none, or `*`, is no binding. */
const ipsAfter = ({ params, unconfirmed }: Call, held: readonly string[]): readonly string[] | undefined => {
  const asked = params['ips'];
  if (!isGiven(asked)) return unconfirmed.ipsOmitted === 'kept' ? held : ['*'];
  const ips = typeof asked === 'string' ? asked.split(',') : asked;
  if (!Array.isArray(ips) || !ips.every((ip) => typeof ip === 'string')) return undefined;
  const named = ips.map((ip) => ip.trim()).filter((ip) => ip !== '');
  return named.length === 0 ? ['*'] : named;
};

const settingsAfter = (call: Call, target: BybitKey): KeySettings | number => {
  const { readOnly: askedReadOnly, permissions: asked } = call.params;
  const { readOnlyOmitted, groupsOmitted } = call.unconfirmed;
  const readOnly = isGiven(askedReadOnly) ? askedReadOnly : readOnlyOmitted === 'kept' ? target.readOnly : 0;
  if (readOnly !== 0 && readOnly !== 1) return BAD_PARAMETER;
  if (isGiven(asked) && (typeof asked !== 'object' || Array.isArray(asked))) return BAD_PARAMETER;
  const { permissions: held, isMaster } = target;
  const permissions = isGiven(asked)
    ? permissionsAfter({ held, asked: asked as Readonly<Record<string, unknown>>, isMaster, groupsOmitted })
    : held;
  const ips = isMaster ? target.ips : ipsAfter(call, target.ips);
  if (!permissions || !ips) return BAD_PARAMETER;
  const isEverWritable = target.readOnly === 0 || readOnly === 0;
  return isEverWritable && isSensitiveChange(held, permissions) ? 141020 : { readOnly, permissions, ips };
};

const settingsOf = ({ readOnly, permissions, ips }: BybitKey): KeySettings => ({ readOnly, permissions, ips });

const update = (call: Call, target: BybitKey) => {
  const after = settingsAfter(call, target);
  if (typeof after === 'number') return call.refuse(after);
  const isRebound = after.ips.join() !== target.ips.join();
  const key = isRebound ? withNewExpiry({ ...target, ...after }, call.request.at) : { ...target, ...after };
  const { id, note, keyId: apiKey, readOnly, permissions, ips } = key;
  const result = {
    id: String(id),
    note,
    apiKey,
    readOnly,
    secret: '',
    permissions: shownPermissions(permissions),
    ips,
  };
  return call.ok(result, { kind: 'updated', key, before: settingsOf(target), after });
};

/** Changes the master key that signs; `ips` is closed to the API since 2026-02-10 (docs/v5/user/modify-master-apikey). */
export const updateMasterKey: Endpoint = {
  perSecond: 5,
  run: (call) => {
    const chosen = chooseMaster(call);
    if ('code' in chosen) return call.refuse(chosen.code);
    return isGiven(call.params['ips']) ? call.refuse(141019) : update(call, chosen.target);
  },
};

/** Changes a sub key, signed by itself or by its master (docs/v5/user/modify-sub-apikey). */
export const updateSubKey: Endpoint = {
  perSecond: 5,
  run: (call) => {
    const chosen = chooseSub(call);
    return 'code' in chosen ? call.refuse(chosen.code) : update(call, chosen.target);
  },
};

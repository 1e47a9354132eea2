import { chooseMaster, chooseSub } from './choose-target.ts';
import type { Endpoint } from './endpoint.ts';

const deleting = (choose: typeof chooseMaster): Endpoint => ({
  perSecond: 5,
  run: (call) => {
    const chosen = choose(call);
    if ('code' in chosen) return call.refuse(chosen.code);
    return call.ok({}, { kind: 'deleted', key: { ...chosen.target, alive: false } });
  },
});

/** Deletes the master key that signs (docs/v5/user/rm-master-apikey). */
export const deleteMasterKey = deleting(chooseMaster);

/** Deletes a sub key, signed by itself or by its master (docs/v5/user/rm-sub-apikey). */
export const deleteSubKey = deleting(chooseSub);

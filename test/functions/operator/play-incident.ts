import { textOf } from '../../pages.ts';
import { KEYS, SECRETS, seedKeys } from '../../seed-keys.ts';
import type { System } from '../../whole/system/system.ts';

/** A request of the incident, but for its target. */
export const BY_MANAGER = {
  provider: 'kalshi',
  operation: 'delete-key',
  secretId: SECRETS.kalshiManager,
  reference: 'INC-2041',
};
const NOBODY = '00000000-0000-4000-8000-000000000000';
const MINUTE = 60_000;

/** Keys that are dead, gone, stuck and at work, all of one incident. */
export const playIncident = async (system: System): Promise<void> => {
  await seedKeys(system);
  await system.send(textOf('events/revoke.bybit-delete-sub-key-by-master.json'));
  await system.settle();
  for (let minute = 0; minute < 12; minute += 1) {
    system.advance(MINUTE);
    await system.settle();
  }
  await system.send({ ...BY_MANAGER, target: { apiKeyId: NOBODY }, requestId: 'K-2' });
  await system.settle();
  const asked = { reason: 'leaked', requestedBy: 'alex <b>&' };
  await system.send({ ...BY_MANAGER, ...asked, target: { apiKeyId: KEYS.kalshiKey }, requestId: 'K-1' });
  await system.settle();
  system.kalshi.faults.script({ match: {}, fault: { kind: 'dropBefore' }, times: Number.POSITIVE_INFINITY });
  await system.send({ ...BY_MANAGER, target: 'self', requestId: 'K-3', reason: 'leaked' });
  await system.deliver();
  await system.send({ ...BY_MANAGER, target: 'self', requestId: 'OTHER', reference: 'INC-1' });
};

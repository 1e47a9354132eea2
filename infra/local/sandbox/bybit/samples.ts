import type { Sample } from '../cast.ts';
import { rsaPair } from '../key-pairs.ts';
import type { BybitSandbox } from './bybit-sandbox.ts';

const WORLD = 'mainnet';

const hmac = (apiKey: string) => ({ apiKey, apiSecret: `secret-of-${apiKey}-00000000` });

/** Two masters and a sub key, of a trading desk and its neighbour. */
export const samples = (): readonly Sample<BybitSandbox>[] => {
  const [master, sub, other] = [hmac('MASTERexample00001'), hmac('SUBKEYexample00001'), 'MASTERexample00002'] as const;
  const { publicKey, privateKey } = rsaPair();
  const ips = ['203.0.113.10', '203.0.113.11', '127.0.0.1'];
  return [
    {
      ...{ name: 'desk-7-master', what: 'master key, HMAC', keyId: master.apiKey, world: WORLD, credential: master },
      put: (sandbox) => void sandbox.addMaster(WORLD, master),
    },
    {
      ...{ name: 'desk-7-bot', what: 'its sub key, HMAC', keyId: sub.apiKey, world: WORLD, credential: sub },
      put: (sandbox) => sandbox.addSub(WORLD, { ...sub, parent: master.apiKey, subMemberId: '100400345', ips }),
    },
    {
      ...{ name: 'desk-8-master', what: 'master key, RSA', keyId: other, world: WORLD },
      credential: { apiKey: other, privateKey },
      put: (sandbox) => void sandbox.addMaster(WORLD, { apiKey: other, publicKey }),
    },
  ];
};

import type { ProviderName } from '../../key-revocation-props.ts';
import type { StoredCredential } from './chapters/chapter.ts';
import { bearer, ed25519Pair, hmacSecret, rsaPair } from './chapters/key-material.ts';
import type { Sandboxes } from './stage/stage.ts';

/** A credential that is about a key of a sandbox. */
export interface Sample {
  readonly provider: ProviderName;
  /** What it may be used for, in a few words. */
  readonly what: string;
  readonly stored: Pick<StoredCredential, 'name' | 'credential'>;
}

const sample = (
  provider: ProviderName,
  what: string,
  name: string,
  credential: Sample['stored']['credential'],
): Sample => ({
  provider,
  what,
  stored: { name: `key-revoker/${provider}/${name}`, credential },
});

const bybitSamples = async ({ bybit }: Sandboxes): Promise<readonly Sample[]> => {
  const world = 'mainnet';
  const { publicKey, privateKey } = await rsaPair('pkcs8');
  const master = { apiKey: 'MASTERexample00001', apiSecret: hmacSecret() };
  const sub = { apiKey: 'SUBKEYexample00001', apiSecret: hmacSecret() };
  bybit.addMaster(world, master);
  bybit.addMaster(world, { apiKey: 'MASTERexample00002', publicKey });
  const ips = ['203.0.113.10', '203.0.113.11', '127.0.0.1'];
  bybit.addSub(world, { ...sub, parent: master.apiKey, subMemberId: '100400345', ips });
  return [
    sample('bybit', 'master key, HMAC', 'desk-7-master', master),
    sample('bybit', 'its sub key, HMAC', 'desk-7-bot', sub),
    sample('bybit', 'master key, RSA', 'desk-8-master', { apiKey: 'MASTERexample00002', privateKey }),
  ];
};

const kalshiSamples = async ({ kalshi }: Sandboxes): Promise<readonly Sample[]> => {
  const ids = { management: '0c3dcb5e-7c9f-4c54-9a2e-5e8d1b7f6a10', bot: 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c' };
  const [managing, own] = await Promise.all([ed25519Pair(), rsaPair('pkcs1')]);
  const keys = [
    { apiKeyId: ids.management, publicKey: managing.publicKey },
    { apiKeyId: ids.bot, publicKey: own.publicKey },
  ];
  kalshi.addAccount('prod', { keys });
  const credential = (apiKeyId: string, { privateKey }: { readonly privateKey: string }) => ({ apiKeyId, privateKey });
  return [
    sample('kalshi', 'managing key, Ed25519', 'management', credential(ids.management, managing)),
    sample('kalshi', 'key that it manages, RSA', 'bot', credential(ids.bot, own)),
  ];
};

const requestySamples = ({ requesty }: Sandboxes): readonly Sample[] => {
  const [management, release, pipeline] = [bearer(), bearer(), bearer()];
  const permissions = { manage: 'write', completions: 'none' } as const;
  const keys = [
    { id: '7b0e6c1d-2f44-4b0e-9d7a-94c1f0a5d302', secret: management, permissions },
    { id: 'e1a9c7b4-0d56-4f0c-8a8e-2f6d3b1c5e03', secret: release, permissions },
    { id: '3f8f0a52-51a5-4d3c-8a57-6b1f4b3f2a01', secret: pipeline },
  ];
  requesty.addOrganisation('prod', { keys });
  return [
    sample('requesty', 'managing key', 'management', { apiKey: management }),
    sample('requesty', 'another managing key', 'release', { apiKey: release }),
    sample('requesty', 'key that they manage', 'pipeline', { apiKey: pipeline }),
  ];
};

/** Makes keys at every provider under the names that the samples in `events/` have. @returns their credentials, not yet stored */
export const makeSamples = async (sandboxes: Sandboxes): Promise<readonly Sample[]> => [
  ...(await bybitSamples(sandboxes)),
  ...(await kalshiSamples(sandboxes)),
  ...requestySamples(sandboxes),
];

import { createPublicKey } from 'node:crypto';
import { after, epochMs } from '../../functions/core/epoch.ts';
import { readObject } from '../../functions/core/json.ts';
import type { Credential, HttpCall, MaybeReply, Provider, Providers } from '../../functions/core/provider.ts';
import * as PROVIDERS from '../../functions/providers/index.ts';
import { type Sandboxes, startSandbox, startSandboxes } from '../../infra/local/sandbox/index.ts';
import { sendInProcess } from '../faults/simulated/send-in-process.ts';
import type { InProcess } from '../faults/simulated/serve-in-process.ts';
import { type Memory, memoryPorts, openedAs } from '../functions/core/memory-ports.ts';

export type ProviderName = keyof typeof PROVIDERS;

const providers: Providers & Readonly<Record<ProviderName, Provider>> = PROVIDERS;

/** A secret as it is stored; `undefined` where it is binary. */
export interface Stored {
  readonly provider: ProviderName;
  readonly text: string | undefined;
  /** A master key at Bybit. @default a sub key */
  readonly isMaster?: true;
}

const ACCOUNT = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:';
const EXCHANGE_MS = 5_000;
const MASTER = 1;

/** A credential as its provider reads it; `undefined` where the text is not an object. @throws Fault `refused/credential-unreadable` */
const credentialIn = (provider: ProviderName, text: string): Credential | undefined => {
  const read = readObject(text);
  return 'problem' in read ? undefined : providers[provider].credential(read.object);
};

const verifierOf = ({ privateKey, apiSecret = '' }: Readonly<Record<string, string>>) =>
  privateKey === undefined
    ? { apiSecret }
    : { publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString() };

/** Makes the key of a credential at its provider, as one that may delete itself. */
const makeKey = (sandboxes: Sandboxes, { provider, isMaster }: Stored, credential: Credential): void => {
  const { environment, parts, claimedId } = credential;
  const keyId = credential.keyId ?? claimedId?.reveal() ?? '';
  const world = providers[provider].environments[environment]?.realm ?? '';
  const { apiKey = '', ...secrets } = parts.reveal();
  const makers: Readonly<Record<ProviderName, () => unknown>> = {
    bybit: () => {
      const key = { apiKey: keyId, ...verifierOf(secrets) };
      if (isMaster) return sandboxes.bybit.addMaster(world, { ...key, userID: MASTER });
      return sandboxes.bybit.addSub(world, { ...key, parent: MASTER, subMemberId: '100400345' });
    },
    kalshi: () => {
      const { publicKey = '' } = verifierOf(secrets);
      return sandboxes.kalshi.addAccount(world, { keys: [{ apiKeyId: keyId, publicKey }] });
    },
    requesty: () => {
      const permissions = { manage: 'write', completions: 'write' } as const;
      const key = { id: '3f8f0a52-51a5-4d3c-8a57-6b1f4b3f2a01', secret: apiKey, permissions };
      return sandboxes.requesty.addOrganisation(world, { keys: [key] });
    },
  };
  makers[provider]();
};

/** A credential that cannot be read has no key. */
const readable = ({ provider, text = '' }: Stored): Credential | undefined => {
  try {
    return credentialIn(provider, text);
  } catch {
    return undefined;
  }
};

const makeKeys = (sandboxes: Sandboxes, secrets: Readonly<Record<string, Stored>>): void => {
  for (const stored of Object.values(secrets)) {
    const credential = readable(stored);
    if (credential) makeKey(sandboxes, stored, credential);
  }
};

/** A provider that repeats in its reply whatever it was sent. */
const echo = ({ method, path, headers, body = '' }: HttpCall): MaybeReply => {
  const said = JSON.stringify({
    method,
    path,
    ...headers.reveal(),
    body: typeof body === 'string' ? body : body.reveal(),
  });
  const error = { code: said, message: said, details: said, origin: said };
  return {
    status: 400,
    headers: { 'content-type': 'application/json', 'x-request-id': said, date: said },
    body: JSON.stringify({ retCode: 10_004, retMsg: said, error, result: { apiKey: said } }),
    at: epochMs(0),
    address: '203.0.113.7',
  };
};

/** Every port in memory, the secrets in the vault, and their keys alive at sandboxes in this process. */
export const openStage = async (
  secrets: Readonly<Record<string, Stored>>,
  { echoes = false }: { readonly echoes?: boolean } = {},
): Promise<Memory> => {
  const opened = Object.entries(secrets).flatMap(([name, { text }]) => {
    const one = openedAs(text, { name, arn: ACCOUNT + name });
    return [name, ACCOUNT + name].map((id) => [id, one] as const);
  });
  const sends: Record<string, ReturnType<typeof sendInProcess>> = {};
  const memory = memoryPorts({
    config: { egressAddresses: ['203.0.113.10'], requestTopics: ['arn:aws:sns:us-east-1:123456789012:orders'] },
    secrets: Object.fromEntries(opened),
    reply: async (call, now) => {
      const reply = echoes ? echo(call) : await sends[call.provider]?.(call, after(now, EXCHANGE_MS));
      return reply && { ...reply, at: memory.clock.now() };
    },
  });
  const sandboxes = await startSandboxes(async (name) => startSandbox(name, { now: memory.clock.now }));
  for (const [name, sandbox] of Object.entries(sandboxes))
    sends[name] = sendInProcess(sandbox as unknown as InProcess, memory.clock);
  makeKeys(sandboxes, secrets);
  return memory;
};

import type { AttemptContext, ControlReading } from '../../../functions/core/attempt/round.ts';
import { after } from '../../../functions/core/epoch.ts';
import type { CaseItem } from '../../../functions/core/ledger/case-item.ts';
import { emptyCase } from '../../../functions/core/ledger/lease.ts';
import type { Order, Plan } from '../../../functions/core/provider.ts';
import type { RevocationRequest } from '../../../functions/core/request/revocation-request.ts';
import { Secret } from '../../../functions/core/secret.ts';
import type { Given } from './memory-ports.ts';
import { NOON } from './rounds.ts';
import { scriptedProvider } from './scripted-provider.ts';
import { KEY, OTHER, type Script, system } from './scripted-system.ts';

interface Having extends Given {
  /** Another key signs. */
  readonly managed?: true;
  readonly request?: Partial<RevocationRequest>;
  readonly plan?: (order: Order) => Partial<Plan>;
  /** Of the case, whose key its own probe has seen unless told otherwise. */
  readonly found?: Partial<CaseItem>;
  /** What a control key shows. Without it there is none. */
  readonly control?: ControlReading;
  /** How much time there is, in milliseconds. */
  readonly forMs?: number;
}

const NO_CONTROL: ControlReading = { saw: 'nothing', evidence: [] };

const credentialOf = (keyId: string) => ({ environment: 'prod', keyId, parts: new Secret({}) });

/** A delivery at noon that holds the case of a key, before it has asked anything. */
export const atWork = (script: Script, having: Having = {}) => {
  const { managed, request, plan, found, forMs = 25_000, control = NO_CONTROL, ...given } = having;
  const provider = scriptedProvider(plan);
  const memory = system(script, { provider, ...given });
  const signerId = managed ? OTHER : KEY;
  const self = !managed;
  const urgent = request?.reason === 'leaked';
  const pinned = { arn: 'arn', secretId: 'key-revoker/desk', versionId: 'v1', environment: 'prod' };
  const deadline = after(NOON, forMs);
  const context: AttemptContext = {
    ports: memory.ports,
    provider,
    item: {
      rev: 1,
      nonce: '',
      requestId: 'R',
      planOnly: false,
      digest: '',
      attempt: 1,
      provider: 'kalshi',
      request: undefined,
      sender: '',
      dueAt: NOON,
      receivedAt: NOON,
      published: false,
      interim: { count: 0, at: undefined },
      at: NOON,
    },
    request: { provider: 'kalshi', operation: 'delete-key', reason: 'manual', ...request } as RevocationRequest,
    pin: {
      signer: { ...pinned, keyId: signerId },
      self,
      keyId: KEY,
      environment: 'prod',
      realm: 'prod',
      keyName: `kalshi/prod/${KEY}`,
      signerName: `kalshi/prod/${signerId}`,
    },
    order: {
      operation: 'delete-key',
      signer: credentialOf(signerId),
      target: { self, keyId: KEY, locator: {}, credential: self ? credentialOf(KEY) : undefined },
      settings: undefined,
      egressAddresses: [],
      urgent,
    },
    asking: { ports: memory.ports, deadline },
    holder: 'H',
    askControl: async () => control,
  };
  const leased: CaseItem = {
    ...emptyCase({ provider: 'kalshi', realm: 'prod', keyId: KEY }, NOON),
    rev: 1,
    nonce: '',
    sightings: { probe: NOON },
    lease: { holder: 'H', until: deadline },
    ...found,
  };
  memory.items.set(`case#kalshi/prod/${KEY} case`, leased as never);
  return { memory, context, leased };
};

import type { Account, Cast, Member, Sample, SpecialPart, StoryPart } from '../cast.ts';
import { NAMES_ITSELF } from '../parts.ts';
import { uuidsBehind } from '../uuid.ts';
import type { RequestySandbox } from './start-requesty.ts';

const WORLD = 'prod';

const uuid = uuidsBehind('3f8f0a52-51a5-4d3c-8a5');

const bearerOf = (id: string): string => `rqsty-sk-of-${id}`;

const account = (sandbox: RequestySandbox, number: number): Account => {
  const add = (id: string, manage: 'none' | 'write'): Member => {
    const permissions = { manage, completions: 'write' } as const;
    const organisation = `account-${number}`;
    sandbox.addOrganisation(WORLD, { organisation, keys: [{ id, secret: bearerOf(id), permissions }] });
    const named = { apiKeyId: id };
    return { keyId: id, world: WORLD, credential: { apiKey: bearerOf(id) }, named, located: named };
  };
  return {
    managing: (n, { lacks = false } = {}) => add(uuid(2, number, n), lacks ? 'none' : 'write'),
    // A key that signs for itself has to manage itself.
    key: (n, { lacks = false, isManaged = false } = {}) =>
      add(uuid(1, number, n), lacks || isManaged ? 'none' : 'write'),
    nobody: (n) => ({ apiKeyId: uuid(0, number, n) }),
  };
};

const special: readonly SpecialPart[] = [{ operation: 'delete-key', ...NAMES_ITSELF }];

const story: readonly StoryPart[] = [
  { operation: 'delete-key', by: 'self', target: 'self' },
  { operation: 'delete-key', by: 'managing', target: 'located', special: 'over the bus', comes: 'bus' },
];

const samples = (): readonly Sample<RequestySandbox>[] => {
  const sample = (name: string, what: string, id: string, manage: 'none' | 'write'): Sample<RequestySandbox> => {
    const secret = `rqsty-sk-${name}-00000000`;
    const permissions = { manage, completions: manage === 'none' ? 'write' : 'none' } as const;
    return {
      ...{ name, what, keyId: id, world: WORLD, credential: { apiKey: secret } },
      put: (sandbox) =>
        void sandbox.addOrganisation(WORLD, { organisation: 'samples', keys: [{ id, secret, permissions }] }),
    };
  };
  return [
    sample('management', 'managing key', '7b0e6c1d-2f44-4b0e-9d7a-94c1f0a5d302', 'write'),
    sample('release', 'another managing key', 'e1a9c7b4-0d56-4f0c-8a8e-2f6d3b1c5e03', 'write'),
    sample('pipeline', 'key that they manage', '3f8f0a52-51a5-4d3c-8a57-6b1f4b3f2a01', 'none'),
  ];
};

export const cast: Cast<RequestySandbox> = {
  world: WORLD,
  operations: {
    'delete-key': { kind: 'delete', of: 'key', signers: ['self', 'managing'], needsPermission: true },
  },
  manager: 'a managing key',
  signing: ['bearer'],
  callMethod: 'DELETE',
  special,
  story,
  unknownKey: {
    kind: 'reply',
    status: 403,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ error: { origin: 'router', message: 'Invalid authorization token' } }),
  },
  isTimed: false,
  // None is published for the management host.
  rates: [],
  account,
  samples,
};

import { randomUUID } from 'node:crypto';
import type { RequestySandbox } from '../../sandbox/index.ts';
import { type Chapter, REVOKED } from './chapter.ts';
import { bearer } from './key-material.ts';

interface Row {
  readonly by: 'self' | 'managing';
  readonly how: string;
  readonly comes: 'queue' | 'bus';
}

const WORLD = 'prod';
const ROWS: readonly Row[] = [
  { by: 'self', how: 'by itself', comes: 'queue' },
  { by: 'managing', how: 'by managing key, over the bus', comes: 'bus' },
];

const chapterOf = (requesty: RequestySandbox, { by, how, comes }: Row, index: number): Chapter => {
  const [signer, other] = [randomUUID(), randomUUID()];
  const apiKey = bearer();
  const permissions = { manage: 'write', completions: 'write' } as const;
  const keys = [
    { id: signer, secret: apiKey, permissions },
    { id: other, secret: bearer() },
  ];
  requesty.addOrganisation(WORLD, { keys });
  const name = `key-revoker/requesty/story-${index + 1}`;
  const keyId = by === 'self' ? signer : other;
  return {
    provider: 'requesty',
    operation: 'delete-key',
    how,
    keyId,
    world: WORLD,
    stored: { name, credential: { apiKey } },
    comes,
    request: { secretId: name, target: by === 'self' ? 'self' : { apiKeyId: keyId }, reason: 'leaked' },
    expected: REVOKED,
  };
};

/** Makes throwaway keys at Requesty, every one beside another key of its organisation, and says what has to become of them. */
export const requestyChapters = (requesty: RequestySandbox): readonly Chapter[] =>
  ROWS.map((row, index) => chapterOf(requesty, row, index));

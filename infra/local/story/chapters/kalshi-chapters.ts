import { randomUUID } from 'node:crypto';
import type { KalshiSandbox } from '../../sandbox/index.ts';
import { type Chapter, REVOKED } from './chapter.ts';
import { ed25519Pair, type KeyPair, rsaPair } from './key-material.ts';

interface Row {
  readonly by: 'self' | 'managing';
  readonly signing: string;
  readonly pair: () => Promise<KeyPair>;
  /** The key expires in the middle of the story, and nobody asks for it. */
  readonly expiresInMs?: number;
}

const WORLD = 'prod';
const ROWS: readonly Row[] = [
  { by: 'self', signing: 'RSA-PSS (PKCS#1)', pair: () => rsaPair('pkcs1') },
  { by: 'self', signing: 'Ed25519', pair: ed25519Pair, expiresInMs: 4_000 },
  { by: 'managing', signing: 'Ed25519', pair: ed25519Pair },
];

const chapterOf = async (kalshi: KalshiSandbox, row: Row, index: number): Promise<Chapter> => {
  const { by, signing, pair, expiresInMs: inMs } = row;
  const [signer, other] = [randomUUID(), randomUUID()];
  const [{ publicKey, privateKey }, spare] = await Promise.all([pair(), ed25519Pair()]);
  const keys = [
    { apiKeyId: signer, publicKey },
    { apiKeyId: other, publicKey: spare.publicKey },
  ];
  kalshi.addAccount(WORLD, { keys });
  const name = `key-revoker/kalshi/story-${index + 1}`;
  const keyId = by === 'self' ? signer : other;
  return {
    provider: 'kalshi',
    operation: 'delete-key',
    how: `${by === 'self' ? 'by itself' : 'by managing key'}, ${signing}${inMs ? ', expiry tag' : ''}`,
    keyId,
    world: WORLD,
    stored: {
      name,
      credential: { apiKeyId: signer, privateKey },
      ...(inMs ? { expiry: { inMs, operation: 'delete-key' } } : {}),
    },
    comes: inMs ? 'tag' : 'queue',
    request: { secretId: name, target: by === 'self' ? 'self' : { apiKeyId: keyId }, reason: 'leaked' },
    expected: REVOKED,
  };
};

/** Makes throwaway keys at Kalshi, every one beside another key of its account, and says what has to become of them. */
export const kalshiChapters = (kalshi: KalshiSandbox): Promise<readonly Chapter[]> =>
  Promise.all(ROWS.map((row, index) => chapterOf(kalshi, row, index)));

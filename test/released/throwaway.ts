import { ed25519Pair } from '../../infra/local/sandbox/key-pairs.ts';

const ED25519 = ed25519Pair();

/** Of every Kalshi key of a run. No private key stands in a fixture: what signed it is forgotten, and nothing stored depends on it. */
export const PUBLIC_KEY = ED25519.publicKey;

export const hmacOf = (apiKey: string): string => `hmac-of-${apiKey}-0123456789`;
export const bearerOf = (id: string): string => `rqsty-sk-${id}`;

const HIDDEN = /<(hmac|bearer) of ([\w-]+)>|<private key>/g;

/** Puts this run's throwaway secrets where a fixture's text names them. */
export const withSecrets = (text: string): string =>
  text.replaceAll(HIDDEN, (_, kind: string | undefined, id: string) => {
    if (kind === undefined) return JSON.stringify(ED25519.privateKey).slice(1, -1);
    return kind === 'hmac' ? hmacOf(id) : bearerOf(id);
  });

/** Whether a text holds something that only a secret looks like. */
export const holdsSecret = (text: string): boolean => /hmac-of-|rqsty-sk-|PRIVATE KEY/.test(text);

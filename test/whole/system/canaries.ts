import { vi } from 'vitest';
import type { Call } from '../../../infra/local/aws/protocol/call.ts';

/** Everything secret that a whole test put in, and everything that came out of the functions. */
export interface Canaries {
  /** Remembers what is secret in a credential: its secret, each line of a PEM, a bearer. A text that is no credential is one whole secret. */
  guard(credential: unknown): void;
  /** Hears one call to AWS. A secret may stand in Secrets Manager's own and in what the test itself sent. */
  hear(call: Call): void;
  hearText(text: string): void;
  /** What this process has written since the start. */
  written(): readonly string[];
  /** Stops listening and tells which guarded values were heard, shortened. */
  caught(): readonly string[];
}

/** The test's own access key: what it sends is not the functions' doing. */
export const OPERATOR = 'OPERATOR';

const SHORTEST = 10;

const lines = (text: string): readonly string[] =>
  text.split(/\\n|\s/).filter((line) => line.length >= SHORTEST && !line.includes('-----'));

const secretsIn = (credential: unknown): readonly string[] => {
  if (typeof credential === 'string') return lines(credential);
  if (typeof credential !== 'object' || credential === null) return [];
  return Object.entries(credential).flatMap(([field, value]) => {
    const isSecret = field !== 'apiKeyId' && (field !== 'apiKey' || String(value).startsWith('rqsty-'));
    return typeof value === 'string' && field !== 'environment' && isSecret ? lines(value) : [];
  });
};

/** A secret as it is, and as it looks inside a JSON text, an address or a header. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
];

const unescaped = (body: string): string => {
  try {
    return decodeURIComponent(body.replaceAll('+', ' '));
  } catch {
    return '';
  }
};

/** Listens to this process's output from now on; its lines are kept from the terminal. */
export const listenForCanaries = (): Canaries => {
  const guarded = new Set<string>();
  const heard: string[] = [];
  const lines: string[] = [];
  const keep = (chunk: unknown) => lines.push(String(chunk)) > 0;
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(keep));
  return {
    guard: (credential) => {
      for (const secret of secretsIn(credential)) guarded.add(secret);
    },
    hear: ({ service, body, headers }) => {
      if (service === 'secretsmanager' || headers.authorization?.includes(`Credential=${OPERATOR}/`)) return;
      heard.push(body, service === 'sns' ? unescaped(body) : '');
    },
    hearText: (text) => void heard.push(text),
    written: () => lines,
    caught: () => {
      for (const spy of spies) spy.mockRestore();
      const all = [...heard, ...lines].join('\n');
      return [...guarded]
        .filter((secret) => formsOf(secret).some((form) => all.includes(form)))
        .map((secret) => `${secret.slice(0, 4)}…`);
    },
  };
};

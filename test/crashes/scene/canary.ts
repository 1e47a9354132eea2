/** What is secret in the credentials of a run, and where it turned up. */
export interface Canary {
  guard(credential: Readonly<Record<string, string>>): void;
  /** Remembers where a secret was heard; every text that the functions write or send comes here. */
  hear(where: string, text: string): void;
  /** Sentences, without the secret. */
  heard(): readonly string[];
}

const OPEN_FIELDS = ['apiKeyId', 'environment'];
const SHORTEST = 10;

/** A PEM line by line, and a bearer; an identifier is none. */
const secretsIn = (credential: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(credential)
    .filter(([field, value]) => !OPEN_FIELDS.includes(field) && (field !== 'apiKey' || value.startsWith('rqsty-')))
    .flatMap(([, value]) => value.split(/\s/))
    .filter((line) => line.length >= SHORTEST && !line.includes('-----'));

/** As it is, and as it looks in an address or as base64. */
const formsOf = (secret: string): readonly string[] => [
  ...new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')]),
];

/** Listens for the secrets of a run. */
export const canary = (): Canary => {
  const forms = new Set<string>();
  const heard = new Set<string>();
  return {
    guard: (credential) => {
      for (const secret of secretsIn(credential)) for (const form of formsOf(secret)) forms.add(form);
    },
    hear: (where, text) => {
      for (const form of forms) if (text.includes(form)) heard.add(`canary: ${form.slice(0, 4)}… was seen in ${where}`);
    },
    heard: () => [...heard],
  };
};

import type { RequestForm } from './revocation-request.ts';

/** The parts of a form that the scan reads. */
type Forms = Pick<RequestForm, 'identifiers' | 'secretForms'>;

/** Fields in which people name themselves or their ticket. */
export const CLAIM_FIELDS = ['requestedBy', 'reference'] as const;

const isClaim = (field: string): boolean => (CLAIM_FIELDS as readonly string[]).includes(field);

/** Well-known tokens. Each begins a word. */
const TOKENS: readonly RegExp[] = [
  // GitHub, GitLab, Slack.
  /\b(?:gh[pousr]_[A-Za-z0-9]{30}|github_pat_\w{22}|glpat-[\w-]{20}|xox[abeoprs]-[\w-]{10}|xapp-[\w-]{10})/,
  // OpenAI, Anthropic.
  /\bsk-(?:(?:proj|svcacct|admin|ant)-[\w-]{20}|[A-Za-z0-9]{32})/,
  // AWS, and a JSON Web Token.
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\beyJ[\w-]{10,300}\.eyJ/,
];

/** Whether a text does not begin as a token of a well-known service does. No provider here makes such tokens. */
export const isNotKnownToken = (text: string): boolean => !TOKENS.some((token) => text.search(token) === 0);

/** Whether a text has the token of a well-known service in it. */
export const hasKnownToken = (text: string): boolean => TOKENS.some((token) => token.test(text));

/** A private key, user info in a URL, and well-known tokens. */
const MARKERS: readonly RegExp[] = [/PRIVATE KEY/i, /[a-z0-9]:\/\/[^\s/?#]*@/i, ...TOKENS];
const UNBROKEN = /[A-Za-z0-9+/=_-]{32,}/;
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** Long and unbroken texts that are no secrets where people name themselves or their ticket: whole ARNs, commits and digests. */
const HARMLESS: readonly RegExp[] = [
  /\barn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d*:\S+/g,
  /\bhttps:\/\/[^\s/]+\/\S{0,300}?\/(?:commit|commits|tree|blob)\/[0-9a-f]{7,64}\b/g,
  /\b(?:sha1|sha256|git):[0-9a-f]{7,64}\b/g,
];

/** Read segment by segment: a sender (`account/source`), or a ticket's URL. In other fields a slash may be part of base64. */
const isPath = (field: string, text: string): boolean =>
  field === 'requestedBy' || (field === 'reference' && /^https?:\/\/\S+$/.test(text));

const looksSecret = ({ identifiers, secretForms }: Forms, field: string, text: string): boolean => {
  if ([...MARKERS, ...secretForms].some((marker) => marker.test(text))) return true;
  if (identifiers.has(field)) return false;
  const harmless = isClaim(field) ? HARMLESS : [];
  const rest = harmless.reduce((left, known) => left.replace(known, ' '), text).replace(UUID, '');
  const parts = rest.split(isPath(field, text) ? '/' : '\n');
  return parts.some((part) => UNBROKEN.test(part));
};

/** A request is five levels deep inside its envelope. */
const DEEPEST = 16;

/** What replaces a value that looked like a secret. */
export const REMOVED = '[removed]';

/**
 * Replaces each text in a parsed message that looks like a secret: a private key, a secret in a provider's form or in that of a well-known
 * token, user info in a URL, or 32 unbroken characters outside the fields of identifiers. In linear time. A field's name is read like its value.
 *
 * @returns the message without them, and the names of the fields that they stood in
 */
export const withoutSecrets = (
  forms: Forms,
  message: unknown,
): { readonly clean: unknown; readonly fields: readonly string[] } => {
  const fields: string[] = [];
  const clean = (value: unknown, field: string, depth = 0): unknown => {
    // No request is this deep, so the value is dropped.
    if (depth > DEEPEST) return null;
    if (typeof value === 'string') {
      if (!looksSecret(forms, field, value)) return value;
      fields.push(field);
      return REMOVED;
    }
    if (Array.isArray(value)) return value.map((item) => clean(item, field, depth + 1));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => {
        if (!looksSecret(forms, '', name)) return [name, clean(item, name, depth + 1)];
        fields.push(REMOVED);
        return [REMOVED, clean(item, name, depth + 1)];
      }),
    );
  };
  return { clean: clean(message, ''), fields };
};

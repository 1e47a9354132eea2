import type { RequestForm } from './revocation-request.ts';

/** The parts of a form that the scan reads. */
type Forms = Pick<RequestForm, 'identifiers' | 'secretForms'>;

/** Fields in which people name themselves or their ticket. */
const CLAIM_FIELDS = new Set(['requestedBy', 'reference']);

const MARKERS = [/PRIVATE KEY/i, /[a-z][a-z0-9+.-]*:\/\/[^\s/?#]*@/i];
const UNBROKEN = /[A-Za-z0-9+/=_-]{32,}/;
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** Read segment by segment: a sender (`account/source`), or a ticket's URL. In other fields a slash may be part of base64. */
const isPath = (field: string, text: string): boolean =>
  field === 'requestedBy' || (field === 'reference' && /^https?:\/\/\S+$/.test(text));

const looksSecret = ({ identifiers, secretForms }: Forms, field: string, text: string): boolean => {
  if ([...MARKERS, ...secretForms].some((marker) => marker.test(text))) return true;
  if (identifiers.has(field)) return false;
  // An ARN is an identifier too.
  if (CLAIM_FIELDS.has(field) && text.startsWith('arn:')) return false;
  const parts = text.replace(UUID, '').split(isPath(field, text) ? '/' : '\n');
  return parts.some((part) => UNBROKEN.test(part));
};

/** A request is five levels deep inside its envelope. */
const DEEPEST = 16;

/** What replaces a value that looked like a secret. */
export const REMOVED = '[removed]';

/**
 * Replaces each text in a parsed message that looks like a secret: a private key, a secret in a provider's form, user info in a URL,
 * or 32 unbroken characters outside the fields of identifiers. A field's name is read like its value.
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

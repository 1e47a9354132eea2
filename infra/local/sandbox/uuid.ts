const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The identifier in a path segment, lower-cased; `undefined` where it is not 8-4-4-4-12 hex. */
export const uuidIn = (segment: string): string | undefined => (FORM.test(segment) ? segment.toLowerCase() : undefined);

/**
 * Makes identifiers of keys by their role, account and number, all behind a prefix of 31 hex digits and hyphens. Ends differ from account
 * to account: receipts show the end of an identifier.
 */
export const uuidsBehind =
  (prefix: string) =>
  (role: number, account: number, n: number): string =>
    `${prefix}${role}-${String(n).padStart(6, '0')}${String(account).padStart(6, '0')}`;

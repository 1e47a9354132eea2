const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The identifier in a path segment, lower-cased; `undefined` where it is not 8-4-4-4-12 hex. */
export const uuidIn = (segment: string): string | undefined => (FORM.test(segment) ? segment.toLowerCase() : undefined);

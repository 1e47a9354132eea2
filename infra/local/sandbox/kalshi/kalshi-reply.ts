import type { Reply } from '../provider-side.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** A JSON reply. */
export const kalshiJson = (status: number, body: unknown): Reply => ({
  status,
  headers: JSON_TYPE,
  body: JSON.stringify(body),
});

/** The nested shape of errors, which authentication always uses. */
export const nestedError = (status: number, code: string, details?: string): Reply =>
  kalshiJson(status, {
    error: { code, message: code.replaceAll('_', ' '), ...(details ? { details, service: 'users' } : {}) },
  });

/** The flat shape of the OpenAPI document's `ErrorResponse`. */
export const flatError = (status: number, code: string): Reply =>
  kalshiJson(status, { code, message: code.replaceAll('_', ' '), details: '' });

/** An empty bucket: the error is a string, and no header says when to come back. */
export const TOO_MANY = kalshiJson(429, { error: 'too many requests' });

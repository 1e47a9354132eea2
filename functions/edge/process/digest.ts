import { createHash } from 'node:crypto';

/** SHA-256 of the text's UTF-8 bytes, in lower-case hex. */
export const digest = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

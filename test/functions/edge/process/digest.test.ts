import { expect, it } from 'vitest';
import { digest } from '../../../../functions/edge/process/digest.ts';

// printf 'Schlüssel' | sha256sum
it('is the SHA-256 of the UTF-8 bytes in lower-case hex', () => {
  expect(digest('Schlüssel')).toBe('1fbd7a00cacba0b89a31bb00cd29e60d3f86c08dd7806bbe891642214672af0c');
});

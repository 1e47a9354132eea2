import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { terminalPicture } from '../../../infra/packaging/terminal-picture.ts';

describe('a picture of a terminal', () => {
  it('shows each line, and is as large as they are', () => {
    const picture = terminalPicture('$ npm start\n✔ revoked in 1.3 s\n✔ stuck\n');
    expect(picture).toContain('class="typed" xml:space="preserve">$ npm start</text>');
    expect(picture).toContain('class="done" xml:space="preserve">✔ revoked in 1.3 s</text>');
    expect(picture).toContain('class="stuck" xml:space="preserve">✔ stuck</text>');
    expect(picture).toContain('viewBox="0 0 174 86"');
  });

  it('leaves out colours and moves', () =>
    expect(terminalPicture('\u001b[32mgreen\u001b[0m\r')).toContain('xml:space="preserve">green</text>'));

  it('takes no text for markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (printed) => {
        const inside = terminalPicture(`x${printed}`).split('</style>')[1] ?? '';
        expect(
          [...inside.matchAll(/<\/?([a-z]*)/g)].every(([, name = '']) => ['rect', 'text', 'svg'].includes(name)),
        ).toBe(true);
      }),
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonOrUndefined, readJson, readObject, whyNoObject } from '../../../functions/core/json.ts';

const BOM = '\uFEFF';
const TWICE = [
  ['a name that stands twice', '{"dryRun":true,"dryRun":false}', 'a name stands twice in it'],
  ['one that stands twice inside', '{"a":[{"b":{"c":1,"d":{},"c":1}}]}', 'a name stands twice in it'],
  ['one that is written in two ways', '{"dryRun":true,"dry\\u0052un":false}', 'a name stands twice in it'],
] as const;

const MEANINGFUL = [
  ['a prototype', '{"permissions":{"__proto__":[]}}', 'the name __proto__ is not allowed'],
  ['a prototype that is written in another way', '{"__pro\\u0074o__":1}', 'the name __proto__ is not allowed'],
  ['a constructor', '{"a":[{"constructor":1}]}', 'the name constructor is not allowed'],
  ['a prototype by its name', '{"a":{"prototype":{}}}', 'the name prototype is not allowed'],
] as const;

describe('a text that is read as JSON', () => {
  it.each(['{"a":1}', '[]', 'null', '0', '"x"', ' {"a":{"a":1},"b":[{"a":1},{"a":2}]} '])(
    'gives its value: %s',
    (text) => {
      expect(jsonOrUndefined(text)).toEqual(JSON.parse(text));
      expect(jsonOrUndefined(BOM + text)).toEqual(JSON.parse(text));
    },
  );

  it.each(['', '{', "{'a':1}", `${BOM}${BOM}{}`, 'undefined'])('gives nothing where it is none: %s', (text) =>
    expect(jsonOrUndefined(text)).toBeUndefined(),
  );

  it.each(TWICE)('gives nothing where its names are ambiguous: %s', (_what, text) =>
    expect(jsonOrUndefined(text)).toBeUndefined(),
  );

  it.each(MEANINGFUL)('may be a reply with a name of JavaScript’s own: %s', (_what, text) =>
    expect(jsonOrUndefined(text)).toEqual(JSON.parse(text)),
  );

  it('may have braces, colons, quotes and the same words in its values', () => {
    const value = { 'a"{b:': '{"a":1,"a":2}', b: ['{', '}', ':', '\\', '__proto__'], c: { b: 1 } };
    expect(jsonOrUndefined(JSON.stringify(value))).toEqual(value);
  });

  it('keeps a byte order mark inside a value', () => expect(jsonOrUndefined('["a\uFEFFb"]')).toEqual(['a\uFEFFb']));

  it('is read as JavaScript reads it wherever each name stands once', () =>
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.integer({ min: 0, max: 3 }), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(jsonOrUndefined(text)).toEqual(JSON.parse(text));
      }),
    ));

  it('never has a name twice, wherever that is put', () =>
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (fields, nth) => {
        const entries = Object.entries(fields);
        const [name] = entries[nth % entries.length] as [string, unknown];
        const all = [...entries, [name, 'again'] as const];
        const text = `{${all.map(([field, value]) => `${JSON.stringify(field)}:${JSON.stringify(value)}`).join(',')}}`;
        expect(jsonOrUndefined(`[${text}]`)).toBeUndefined();
      }),
    ));
});

describe('a text that may be anything', () => {
  it.each<[string, unknown]>([
    ['[{"a":1}]', [{ a: 1 }]],
    ['"x"', 'x'],
    ['null', null],
    [`${BOM}{"a":1}`, { a: 1 }],
  ])('is read as what it holds, and has no problem as a text: %s', (text, value) =>
    expect(readJson(text)).toEqual({ value, problem: undefined }),
  );

  it.each<[string, unknown, string]>([
    ['{"a":1,"a":2}', { a: 2 }, 'a name stands twice in it'],
    ['[{"constructor":1}]', [{ constructor: 1 }], 'the name constructor is not allowed'],
    ['{', undefined, 'its last closing bracket is missing'],
  ])('tells what is wrong with it, and what it holds all the same: %s', (text, value, cause) =>
    expect(readJson(text)).toEqual({ value, problem: `it must be a JSON object; ${cause}` }),
  );

  it('says of a value why it is no object', () => {
    expect(whyNoObject({})).toBeUndefined();
    expect(whyNoObject([])).toBe('it must be a JSON object; it is a list');
  });
});

describe('a text that must be an object', () => {
  it('gives the object, also behind a byte order mark', () => {
    expect(readObject(`${BOM}{"a":1}`)).toEqual({ object: { a: 1 } });
    expect(readObject('{}')).toEqual({ object: {} });
  });

  it.each<readonly [what: string, text: string, cause: string]>([
    ...TWICE,
    ...MEANINGFUL,
    ['nothing', ' \n', 'it is empty'],
    ['a list', '[1,2]', 'it is a list'],
    ['an empty list', '[]', 'it is a list'],
    ['a list of one', '[{"a":1}]', 'it is a list of one: give what is in the list'],
    ['JSON in JSON', JSON.stringify('{"a":1}'), 'it is JSON inside a JSON text: give the inner text'],
    ['a text', '"x"', 'it is a text'],
    ['a number', '7', 'it is a number'],
    ['a truth value', 'true', 'it is a boolean'],
    ['null', 'null', 'it is null'],
    ['single quotes', "{ 'a': 1 }", 'single quotes must be double quotes'],
    ['typographic quotes', '{\u201Ca\u201D: 1}', 'typographic quotes must be plain double quotes'],
    ['names without quotes', '{ a: 1 }', 'names must stand in double quotes'],
    ['a comma too many', '{"a":1, }', 'a comma stands before a closing bracket'],
    ['a comma too many in a list', '{"a":[1,]}', 'a comma stands before a closing bracket'],
    ['a file of settings', 'API_KEY=x\nAPI_SECRET=y', 'it is a list of name=value'],
    ['a script of settings', 'export API_KEY="x"', 'it is a list of name=value'],
    ['a file of settings behind comments', '# desk\n; old\n\nAPI_KEY=x', 'it is a list of name=value'],
    ['a file of sections', '[by-bit.1]\nkey = x', 'it is a list of name=value'],
    ['YAML behind dashes', '---\napiKey: x', 'it looks like YAML'],
    ['a value that is not a number', '{"a":1,"b": NaN}', 'NaN is not a value of JSON'],
    ['a value without an end', '{"a":[-Infinity,Infinity]}', 'NaN is not a value of JSON'],
    ['a value that is undefined', '{"a":undefined}', 'NaN is not a value of JSON'],
    ['words of Python', '{"a":True,"b":[None, False]}', 'True, False and None must be true, false and null'],
    ['YAML', 'apiKey: x\napiSecret: y\n', 'it looks like YAML'],
    ['a PEM', '-----BEGIN PRIVATE KEY-----\nx', 'it is a bare PEM'],
    ['a text over two lines', '{"a":"x\ny"}', 'a text in it has a line break: write \\n in its place'],
    ['a comment before it', '// desk\n{"a":1}', 'it has a comment'],
    ['a comment in it', '{ /* desk */ "a":1}', 'it has a comment'],
    ['half an object', '{"a":1', 'its last closing bracket is missing'],
    ['half an object before a space of another kind', '{"a":1\u00A0', 'its last closing bracket is missing'],
    ['two objects', '{"a":1}{"b":2}', 'something stands after the object'],
    ['two objects with others inside', '{"a":{"b":{}},"c":1}\n{"a":{}}', 'something stands after the object'],
  ])('says why it is none: %s', (_what, text, cause) =>
    expect(readObject(text)).toEqual({ problem: `it must be a JSON object; ${cause}` }),
  );

  it.each<readonly [cause: string, textWith: (space: string) => string]>([
    ['single quotes must be double quotes', (space) => `${space}{${space}'a':1}`],
    ['single quotes must be double quotes', (space) => `${space}[${space}'a']`],
    ['typographic quotes must be plain double quotes', (space) => `${space}{${space}\u201Ca\u201D:1}`],
    ['typographic quotes must be plain double quotes', (space) => `${space}[${space}\u201Ea\u201C]`],
    ['typographic quotes must be plain double quotes', (space) => `${space}[${space}\u201Da\u201D]`],
    ['names must stand in double quotes', (space) => `${space}{${space}a1${space}:1}`],
    ['it is a list of name=value', (space) => `${space}A.b-1${space}=x`],
    ['it is a list of name=value', (space) => `${space}export ${space}A=x`],
    ['it looks like YAML', (space) => `${space}a.b-1${space}: x`],
    ['a comma stands before a closing bracket', (space) => `{"a":1,${space}}${space}`],
    ['its last closing bracket is missing', (space) => `${space}{"a":1${space}`],
    ['it has a comment', (space) => `${space}// x`],
    ['it has a comment', (space) => `${space}/* x */{}`],
    ['it has a comment', (space) => `${space}{${space}// x`],
    ['it has a comment', (space) => `${space}[${space}/* x */]`],
    ['something stands after the object', (space) => `${space}{"a":1}${space}x`],
  ])('says why it is none, whatever white space it has: %s', (cause, textWith) => {
    for (const space of ['', ' ', '\n  '])
      expect(readObject(textWith(space))).toEqual({ problem: `it must be a JSON object; ${cause}` });
  });

  it.each([
    ['single quotes', `{"a":1,,"b":{'c':1}}`],
    ['typographic quotes', '{"a":1,,"b":{\u201Cc\u201D:1}}'],
    ['names without quotes', '{"a":1,,"b":{c:1}}'],
    ['name=value', '{"a":1,,"b":1}\nA=1'],
    ['YAML', '{"a":1,,"b":1}\na: x'],
    ['a section', '{"a":1,,"b":1}\n[c]\nd=1'],
    ['words of Python inside a word', '{"a":Nonesuch}'],
    ['a comment', '{"a":1,, // x\n}'],
    ['a comment in an inner object', '{"a":1,,"b":{/* x */}}'],
    ['a number over two lines', '{"a":1\n2}'],
    ['a PEM', `{"a":1,,"b":"${'x'.repeat(64)}-----BEGIN PRIVATE KEY-----"}`],
  ])('takes what stands further on for no cause: %s', (_what, text) =>
    expect(readObject(text)).toEqual({ problem: 'it must be a JSON object' }),
  );

  it('says only what it must be where no cause is known, and never quotes it', () => {
    expect(readObject('{"a":1,,}')).toEqual({ problem: 'it must be a JSON object' });
    expect(readObject('sk-live-canary')).toEqual({ problem: 'it must be a JSON object' });
  });
});

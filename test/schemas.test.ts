import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { providerNamed } from '../functions/core/provider.ts';
import { jsonSchemas } from '../functions/core/request/json-schemas.ts';
import { parseRequest } from '../functions/core/request/parse-request.ts';
import * as PROVIDERS from '../functions/providers/index.ts';
import { BLOCKS, ROOT, textOf } from './pages.ts';
import { CREDENTIALS, SECRETS, seedKeys } from './seed-keys.ts';
import { systemForEachTest } from './whole/system/system.ts';

const SCHEMAS = jsonSchemas(PROVIDERS);

/** What a schema has against a value; empty where nothing. */
const objections = (file: string, value: unknown): readonly string[] => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile({ ...SCHEMAS[file] });
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

const accepts = (file: string, value: unknown): boolean => objections(file, value).length === 0;

const REQUEST = 'request.schema.json';
const BODIES = readdirSync(join(ROOT, 'events'))
  .filter((name) => /^revoke\.(?!event-|bus-)/.test(name))
  .map((name) => [name, JSON.parse(textOf(`events/${name}`))] as const);

describe('the schema of a request', () => {
  /** Rules between fields, and what only shows in a value; a schema knows neither. */
  const BEYOND = ['revoke.rotated-key-without-version.json', 'revoke.secret-in-message.json'];

  it.each(BODIES.filter(([name]) => !BEYOND.includes(name)))('says of %s what the parser says', (_name, body) =>
    expect(accepts(REQUEST, body)).toBe(parseRequest(PROVIDERS, JSON.stringify(body)).kind === 'request'),
  );

  const order = { provider: 'kalshi', operation: 'delete-key', secretId: 'key-revoker/x', target: 'self' };
  const id = '0C3DCB5E-7C9F-4C54-9A2E-5E8D1B7F6A10';

  it.each([
    ['no more than is needed', {}],
    ['an identifier in capitals', { target: { apiKeyId: id } }],
    ['a date with its zone', { notBefore: '2099-03-31T18:00:00+02:00' }],
    ['a date without one', { notBefore: '2099-03-31T18:00:00' }],
    ['an identifier with a hash', { requestId: 'a#1' }],
    ['an identifier with a control character', { requestId: 'a\u0007' }],
    ['an unknown field', { force: true }],
    ['settings for a delete', { settings: { readOnly: 1 } }],
    ['two targets', { target: { apiKeyId: id, secretId: 'x' } }],
    ['another version', { version: 2 }],
    ['another operation', { operation: 'delete-master-key' }],
    ['a reason that is none', { reason: 'because' }],
  ])('says of %s what the parser says', (_what, fields) => {
    const body = { ...order, ...fields };
    expect(accepts(REQUEST, body)).toBe(parseRequest(PROVIDERS, JSON.stringify(body)).kind === 'request');
  });

  it('takes what the pages show', () => {
    const shown = BLOCKS.find(({ section, language }) => section === 'Send a request' && language === 'json');
    expect(objections(REQUEST, JSON.parse(shown?.text ?? ''))).toEqual([]);
  });

  it('does not know what only this system may ask for', () => {
    expect(JSON.stringify(SCHEMAS[REQUEST])).not.toContain('look');
    expect(accepts(REQUEST, { ...order, look: true })).toBe(false);
  });
});

const fileFor = (provider: string): string => `credential.${provider}.schema.json`;

describe('the schema of a credential', () => {
  it('is there for each provider', () => {
    expect(Object.keys(SCHEMAS).filter((file) => file.startsWith('credential.'))).toEqual(
      Object.keys(PROVIDERS).map(fileFor),
    );
  });

  it.each(Object.entries(SECRETS).map(([key, name]) => [name, key as keyof typeof SECRETS] as const))(
    'takes that of %s, as the provider does',
    (name, key) => {
      const provider = name.split('/')[1] as keyof typeof PROVIDERS;
      expect(objections(fileFor(provider), CREDENTIALS[key])).toEqual([]);
      expect(() => providerNamed(PROVIDERS, provider)?.credential(CREDENTIALS[key])).not.toThrow();
    },
  );

  it.each([
    ['bybit', {}],
    ['bybit', { apiKey: 'AK', apiSecret: 's', privateKey: 'p' }],
    ['bybit', { apiKey: 'AK' }],
    ['bybit', { apiKey: 'AK', apiSecret: 's', environment: 'moon' }],
    ['bybit', { apiKey: 'AK ', apiSecret: 's' }],
    ['kalshi', { apiKeyId: 'x', privateKey: 'p' }],
    ['kalshi', { apiKeyId: '0c3dcb5e-7c9f-4c54-9a2e-5e8d1b7f6a10' }],
    ['requesty', { apiKey: ' rqsty' }],
    ['requesty', { apiKey: 'rqsty', note: 'x' }],
  ] as const)('for %s refuses %j, as the provider does', (provider, credential) => {
    expect(accepts(fileFor(provider), credential)).toBe(false);
    expect(() => providerNamed(PROVIDERS, provider)?.credential(credential)).toThrow();
  });
});

describe('the schema of a receipt', () => {
  const system = systemForEachTest();

  it('takes every receipt of every kind, and nothing beside', async () => {
    await seedKeys(system());
    for (const name of [
      'dry-run',
      'bybit-update-master-key-read-only',
      'first-contact-unknown',
      'kalshi-delete-key-by-itself',
    ])
      await system().send(textOf(`events/revoke.${name}.json`));
    await system().send('no request');
    // Three windows are read ten times each, and one request is retried for an hour.
    await system().settle(150);
    const receipts = system().receipts();
    const outcomes = new Set(receipts.map(({ outcome }) => outcome));
    const wanted = ['confirmed', 'planned', 'refused', 'restricted', 'retry', 'revoked', 'stuck'];
    expect([...outcomes].toSorted()).toEqual(wanted);
    const wrong = receipts.flatMap((receipt) => objections('receipt.schema.json', receipt));
    expect(wrong).toEqual([]);
    const [first] = receipts;
    expect(accepts('receipt.schema.json', { ...first, more: 1 })).toBe(false);
    expect(accepts('receipt.schema.json', { ...first, keyState: 'away' })).toBe(false);
  });

  it('takes what the pages show', () => {
    const shown = BLOCKS.find(({ section, language }) => section === 'Read a receipt' && language === 'json');
    expect(objections('receipt.schema.json', JSON.parse(shown?.text ?? ''))).toEqual([]);
  });
});

it('every schema says what it is for, in the draft that it is in', () => {
  for (const schema of Object.values(SCHEMAS))
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: expect.any(String),
      description: expect.any(String),
    });
});

import { expect, it } from 'vitest';
import { jsonSchemas } from '../../../functions/providers/schemas.ts';

it.each(['bybit', 'kalshi', 'requesty'])('says what the credential for %s is a schema of', (provider) =>
  expect(jsonSchemas()[`credential.${provider}.schema.json`]).toMatchObject({
    title: `Credential for ${provider}`,
    description: 'The value of a secret in Secrets Manager',
    type: 'object',
    additionalProperties: false,
  }),
);

it('wants one of the two secrets of a Bybit key', () =>
  expect(jsonSchemas()['credential.bybit.schema.json']).toMatchObject({
    required: ['apiKey'],
    oneOf: [{ required: ['apiSecret'] }, { required: ['privateKey'] }],
  }));

it('has a file for each contract', () =>
  expect(Object.keys(jsonSchemas())).toEqual([
    'request.schema.json',
    'receipt.schema.json',
    'credential.bybit.schema.json',
    'credential.kalshi.schema.json',
    'credential.requesty.schema.json',
  ]));

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Provider } from '../../../functions/core/provider.ts';
import * as PROVIDERS from '../../../functions/providers/index.ts';
import { faultOf } from './ask.ts';

const { bybit, kalshi, requesty } = PROVIDERS;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const short = generateKeyPairSync('rsa', { modulusLength: 512 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');

const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1' | 'spki') =>
  key.export({ type, format: 'pem' } as never).toString();
const PKCS1 = pem(rsa.privateKey, 'pkcs1');
const PKCS8 = pem(rsa.privateKey, 'pkcs8');
const ED25519 = pem(ed.privateKey, 'pkcs8');
const ONE_LINE = PKCS8.replaceAll('\n', '\\r\\n');
const inBase64 = (text: string) => Buffer.from(text).toString('base64');
/** Between the two lines that frame it. */
const bodyOf = (text: string) => text.replace(/-----.*-----/g, '').trim();
const encrypted = (type: 'pkcs1' | 'pkcs8') =>
  rsa.privateKey.export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString();

const apiKey = 'AKexample0000000001';
const apiSecret = 'SKexample00000000000000000000000000001';
const apiKeyId = 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c';
const bearer = 'rqsty-sk-TEST';
const GITHUB = `ghp_${'aB1'.repeat(10)}`;

describe('a credential', () => {
  it.each([
    ['Bybit, HMAC', bybit, { apiKey, apiSecret }, 'mainnet', apiKey],
    ['Bybit, RSA in PKCS#1', bybit, { apiKey, privateKey: PKCS1, environment: 'testnet' }, 'testnet', apiKey],
    ['Bybit, RSA in PKCS#8', bybit, { apiKey, privateKey: PKCS8, environment: 'demo' }, 'demo', apiKey],
    ['Kalshi, RSA in PKCS#1', kalshi, { apiKeyId, privateKey: PKCS1 }, 'prod', apiKeyId],
    ['Kalshi, RSA in PKCS#8', kalshi, { apiKeyId, privateKey: PKCS8, environment: 'demo' }, 'demo', apiKeyId],
    ['Kalshi, Ed25519', kalshi, { apiKeyId, privateKey: ED25519 }, 'prod', apiKeyId],
    ['Kalshi, in capitals', kalshi, { apiKeyId: apiKeyId.toUpperCase(), privateKey: ED25519 }, 'prod', apiKeyId],
    ['Kalshi, space around', kalshi, { apiKeyId, privateKey: `\n  ${PKCS1}\n ` }, 'prod', apiKeyId],
    ['Kalshi, on one line', kalshi, { apiKeyId, privateKey: PKCS1.replaceAll('\n', '\\n') }, 'prod', apiKeyId],
    ['Kalshi, on one line from Windows', kalshi, { apiKeyId, privateKey: ONE_LINE }, 'prod', apiKeyId],
    [
      'Kalshi, line ends of Windows',
      kalshi,
      { apiKeyId, privateKey: PKCS8.replaceAll('\n', '\r\n') },
      'prod',
      apiKeyId,
    ],
    ['Requesty', requesty, { apiKey: bearer }, 'prod', undefined],
    ['Requesty, a long bearer', requesty, { apiKey: `rqsty-sk-${'aB1'.repeat(20)}` }, 'prod', undefined],
    ['Requesty, elsewhere', requesty, { apiKey: bearer, environment: 'eu' }, 'eu', undefined],
  ] as const)('is read: %s', (_what, provider: Provider, value, environment, keyId) => {
    const credential = provider.credential(value);
    expect([credential.environment, credential.keyId]).toEqual([environment, keyId]);
    expect(inspect(credential, { depth: 9 }) + JSON.stringify(credential)).not.toMatch(/SKexample|PRIVATE|rqsty-sk/);
  });

  const A = 'SKexample';
  it.each([
    ['both as long as an identifier', { apiKey: A.padEnd(18, '1'), apiSecret: A.padEnd(18, '2') }],
    ['both as long as a secret', { apiKey: A.padEnd(36, '1'), apiSecret: A.padEnd(36, '2') }],
    ['a short text beside an identifier', { apiKey: A.padEnd(9, '1'), apiSecret: A.padEnd(18, '2') }],
    ['shorter than an identifier', { apiKey: A.padEnd(15, '1'), apiSecret }],
    ['more than half as long as its secret', { apiKey: A.padEnd(18, '1'), apiSecret: A.padEnd(35, '2') }],
  ])('does not name its key where its identifier may be a secret: %s', (_what, value) => {
    const { keyId, claimedId, ...more } = bybit.credential(value);
    expect([keyId, claimedId?.reveal()]).toEqual([undefined, value.apiKey]);
    expect(inspect({ claimedId, more }, { depth: 9 }) + JSON.stringify({ claimedId, more })).not.toContain(A);
  });

  it.each([16, 18, 24])('names its key where its secret is twice as long as its identifier of %i', (length) => {
    const value = { apiKey: A.padEnd(length, '1'), apiSecret: A.padEnd(2 * length, '2') };
    expect(bybit.credential(value)).toMatchObject({ keyId: value.apiKey });
    expect(bybit.credential(value)).not.toHaveProperty('claimedId');
  });

  /** What white space and its writing did to a key, by people, consoles and tools. */
  const WRAPPINGS: readonly (readonly [string, (text: string) => string])[] = [
    ['as it is', (text) => text],
    ['with blanks for its line breaks', (text) => text.trim().replaceAll('\n', ' ')],
    ['without its line breaks', (text) => text.replaceAll('\n', '')],
    ['with tabs before its lines', (text) => text.replaceAll('\n', '\n\t')],
    ['with line breaks of Windows', (text) => text.replaceAll('\n', '\r\n')],
    ['with double line breaks', (text) => text.replaceAll('\n', '\n\n')],
    ['with line breaks written out', (text) => text.replaceAll('\n', '\\n')],
    ['with line breaks of Windows written out', (text) => text.replaceAll('\n', '\\r\\n')],
    ['with line breaks written out twice', (text) => text.replaceAll('\n', '\\\\n')],
    ['in base64', inBase64],
    ['in base64, over lines', (text) => inBase64(text).replace(/.{76}/g, '$&\n')],
    ['with blanks of no width', (text) => text.replaceAll('\n', '\u200B\u2060\n')],
    ['behind its certificate', (text) => `-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n${text}`],
  ];
  const KEYS = { 'RSA in PKCS#1': PKCS1, 'RSA in PKCS#8': PKCS8, Ed25519: ED25519 };

  it.each(
    Object.entries(KEYS).flatMap(([kind, key]) => WRAPPINGS.map(([how, wrap]) => [kind, how, key, wrap] as const)),
  )('is read whatever its white space: %s, %s', (_kind, _how, key, wrap) => {
    const { parts } = kalshi.credential({ apiKeyId, privateKey: wrap(key) });
    expect(parts.reveal()['privateKey']).toBe(key);
  });

  it.each([
    ['RSA', PKCS8],
    ['Ed25519', ED25519],
  ])('is read without its frame if it is PKCS#8: %s', (_kind, key) => {
    for (const body of [bodyOf(key), bodyOf(key).replaceAll('\n', ''), bodyOf(key).replaceAll('\n', '\\n')])
      expect(kalshi.credential({ apiKeyId, privateKey: body }).parts.reveal()['privateKey']).toBe(key);
  });

  const onBybit = (more: object) => ({ apiKey, ...more });
  const onKalshi = (privateKey: unknown) => ({ apiKeyId, privateKey });

  it.each([
    ['none of the two secrets', bybit, onBybit({}), 'exactly one of apiSecret'],
    ['both secrets', bybit, onBybit({ apiSecret, privateKey: PKCS1 }), 'exactly one of apiSecret'],
    ['space before the key', bybit, { apiKey: ` ${apiKey}`, apiSecret }, 'apiKey'],
    ['a line end after the secret', bybit, onBybit({ apiSecret: `${apiSecret}\n` }), 'apiSecret: it must be printable'],
    ['quotes around the secret', bybit, onBybit({ apiSecret: `"${apiSecret}"` }), 'without quotes around it'],
    ['other quotes around the secret', bybit, onBybit({ apiSecret: `'${apiSecret}'` }), 'without quotes around it'],
    ['a GitHub token for a key', bybit, { apiKey: GITHUB, apiSecret: `${apiSecret}00` }, 'token of another service'],
    ['a GitHub token for a bearer', requesty, { apiKey: GITHUB }, 'apiKey: it is a token of another service'],
    ['an empty secret', bybit, onBybit({ apiSecret: '' }), 'apiSecret'],
    ['a PEM for an HMAC secret', bybit, onBybit({ apiSecret: PKCS1 }), 'apiSecret'],
    ['a secret of null', bybit, onBybit({ apiSecret: null }), 'apiSecret: it must be a string'],
    ['an unknown environment', bybit, onBybit({ apiSecret, environment: 'main' }), 'environment'],
    ['an unknown field', bybit, onBybit({ apiSecret, apiSecrets: apiSecret }), 'perhaps apiSecret was meant'],
    [
      'a host',
      bybit,
      onBybit({ apiSecret, baseUrl: 'https://example.org' }),
      'it has an unknown field; the known fields are apiKey, apiSecret, privateKey, environment',
    ],
    ['two unknown fields', bybit, onBybit({ baseUrl: '', apiSecrets: apiSecret }), 'perhaps apiSecret was meant'],
    [
      'names of a client of Bybit',
      bybit,
      { api_key: apiKey, api_secret: apiSecret },
      'it has 2 unknown fields; perhaps apiKey and apiSecret were meant; the known fields are apiKey, apiSecret, privateKey, environment. apiKey: it must be a string; it is missing',
    ],
    ['short names', bybit, { key: apiKey, secret: apiSecret }, 'perhaps apiKey and apiSecret were meant'],
    [
      'names of a file of settings',
      kalshi,
      { KALSHI_API_KEY_ID: apiKeyId, 'KALSHI-PRIVATE-KEY': PKCS1 },
      'perhaps apiKeyId and privateKey were meant',
    ],
    [
      'names in snake case',
      kalshi,
      { api_key_id: apiKeyId, private_key: PKCS1 },
      'perhaps apiKeyId and privateKey were meant',
    ],
    [
      'names with a word before them',
      kalshi,
      { KALSHI_API_KEY: apiKeyId, DESK_KALSHI_PRIVATE_KEY_PEM: PKCS1 },
      'perhaps apiKeyId and privateKey were meant',
    ],
    [
      'nothing that is known',
      requesty,
      { zzz: bearer },
      'it has an unknown field; the known fields are apiKey, environment. apiKey: it must be a string',
    ],
    [
      'two faults',
      kalshi,
      { apiKeyId: 7, privateKey: 7 },
      'apiKeyId: it must be a string. privateKey: it must be a string',
    ],
    [
      'identifier and secret swapped',
      bybit,
      { apiKey: apiSecret, apiSecret: apiKey },
      'apiKey is longer than apiSecret: perhaps they are swapped',
    ],
    ['one text for both', bybit, { apiKey: apiSecret, apiSecret }, 'apiKey and apiSecret are the same text'],
    ['no text for an RSA key', bybit, onBybit({ privateKey: 7 }), 'privateKey: it must be a string'],
    ['Ed25519 for Bybit', bybit, onBybit({ privateKey: ED25519 }), 'its type is ed25519; it must be an RSA'],
    ['an elliptic curve', kalshi, onKalshi(pem(ec.privateKey, 'pkcs8')), 'its type is ec; it must be an RSA'],
    ['an elliptic curve in SEC1', kalshi, onKalshi(pem(ec.privateKey, 'sec1')), 'its type is ec; it must be an RSA'],
    ['a public key', kalshi, onKalshi(pem(rsa.publicKey, 'spki')), 'it is a public key'],
    ['a public key in PKCS#1', bybit, onBybit({ privateKey: pem(rsa.publicKey, 'pkcs1') }), 'it is a public key'],
    ['a certificate', kalshi, onKalshi('-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----'), 'certificate'],
    [
      'a request for a certificate',
      kalshi,
      onKalshi('-----BEGIN CERTIFICATE REQUEST-----\nMII\n-----END CERTIFICATE REQUEST-----'),
      'certificate request',
    ],
    ['a public key of OpenSSH', kalshi, onKalshi('ssh-rsa AAAAB3Nz jane@desk'), 'it is a public key'],
    ['another public key of OpenSSH', kalshi, onKalshi(' ecdsa-sha2-nistp256 AAAAE2Vj'), 'it is a public key'],
    ['an encrypted key', kalshi, onKalshi(encrypted('pkcs8')), 'privateKey: it is encrypted; store'],
    ['one without blanks', kalshi, onKalshi(encrypted('pkcs1').replace('Type: 4', 'Type:4')), 'without a passphrase'],
    ['one with blanks', kalshi, onKalshi(encrypted('pkcs1').replace(': 4,', ':  4, ')), 'without a passphrase'],
    ['an encrypted key in PKCS#1', kalshi, onKalshi(encrypted('pkcs1')), 'without a passphrase'],
    ['half a key', kalshi, onKalshi(PKCS1.slice(0, 400)), 'privateKey: it is damaged or not PEM'],
    ['two keys', kalshi, onKalshi(`${PKCS1}${ED25519}`), 'privateKey: it has 2 private keys; store one'],
    ['a key with a letter that is not base64', kalshi, onKalshi(PKCS8.replace('MII', 'M!I')), 'damaged or not PEM'],
    [
      'a key of OpenSSH',
      kalshi,
      onKalshi(PKCS8.replaceAll('PRIVATE', 'OPENSSH PRIVATE')),
      'it has the form of OpenSSH',
    ],
    ['base64 of base64 of a PEM', kalshi, onKalshi(inBase64(inBase64(PKCS8))), 'damaged or not PEM'],
    ['the bare body of PKCS#1', kalshi, onKalshi(bodyOf(PKCS1)), 'damaged or not PEM'],
    ['a text that is base64 by chance', kalshi, onKalshi('abcd'), 'damaged or not PEM'],
    ['nothing', kalshi, onKalshi(''), 'damaged or not PEM'],
    ['a key too short to sign with', kalshi, onKalshi(pem(short.privateKey, 'pkcs8')), 'it has 512 bits'],
    ['no text for a key', kalshi, onKalshi(7), 'privateKey: it must be a string'],
    [
      'an id with space',
      kalshi,
      { apiKeyId: `${apiKeyId} `, privateKey: PKCS1 },
      'apiKeyId: it must be hexadecimal digits in the form 8-4-4-4-12',
    ],
    [
      'an id that is none',
      kalshi,
      { apiKeyId: '../orders', privateKey: PKCS1 },
      'apiKeyId: it must be hexadecimal digits in the form 8-4-4-4-12',
    ],
    ['a bearer in two lines', requesty, { apiKey: `${bearer}\nX-Other: 1` }, 'apiKey: it must be printable'],
    ['a bearer beyond ASCII', requesty, { apiKey: `${bearer}é` }, 'apiKey: it must be printable'],
    ['an id beside the bearer', requesty, { apiKey: bearer, apiKeyId }, 'perhaps apiKey was meant'],
    ['no object', requesty, bearer, 'it must be a JSON object'],
    ['a list', requesty, [bearer], 'it must be a JSON object'],
    ['null', requesty, null, 'it must be a JSON object'],
  ] as const)('is refused with %s, and not quoted', (_what, provider: Provider, value, expected) => {
    const [outcome, message] = faultOf(() => provider.credential(value));
    expect([outcome, message]).toEqual(['refused/credential-unreadable', expect.stringContaining(expected)]);
    expect(message).toMatch(/^Cannot read the credential: .*[^.]$/);
    expect(message).not.toMatch(/SKexample|AKexample|MII|BEGIN|rqsty-sk|example\.org|a952bcbe/);
  });
});

describe('the environments', () => {
  it.each([
    [
      'bybit',
      bybit,
      {
        mainnet: 'api.bybit.com mainnet',
        'mainnet-bytick': 'api.bytick.com mainnet',
        testnet: 'api-testnet.bybit.com testnet',
        demo: 'api-demo.bybit.com demo',
        nl: 'api.bybit.nl nl',
        tr: 'api.bybit.tr tr',
        kz: 'api.bybit.kz kz',
        ae: 'api.bybit.ae ae',
        id: 'api.bybit.id id',
        ge: 'api.bybitgeorgia.ge ge',
        eu: 'api.bybit.eu eu',
        jp: 'api.manepa.jp jp',
        'jp-testnet': 'api-testnet.manepa.jp jp-testnet',
        hk: 'api.spark-fintech.com hk',
        'hk-testnet': 'api-testnet.spark-fintech.com hk-testnet',
      },
    ],
    [
      'kalshi',
      kalshi,
      {
        prod: 'external-api.kalshi.com prod',
        'prod-elections': 'api.elections.kalshi.com prod',
        demo: 'external-api.demo.kalshi.co demo',
        'demo-legacy': 'demo-api.kalshi.co demo',
      },
    ],
    [
      'requesty',
      requesty,
      { prod: 'api-v2.requesty.ai prod', legacy: 'api.requesty.ai prod', eu: 'api-v2.eu.requesty.ai eu' },
    ],
  ])('of %s are those of the contract', (name, provider, expected) => {
    const named = Object.entries(provider.environments).map(([key, { host, realm }]) => [key, `${host} ${realm}`]);
    expect(Object.fromEntries(named)).toEqual(expected);
    expect(provider.name).toBe(name);
  });
});

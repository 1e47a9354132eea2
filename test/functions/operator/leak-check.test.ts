import { describe, expect, it } from 'vitest';
import { refuseSecrets } from '../../../functions/operator/leak-check.ts';
import { Failure } from '../../../functions/operator/terminal/failure.ts';
import * as PROVIDERS from '../../../functions/providers/index.ts';

const LONG = 'a1'.repeat(20);
const PEM = '-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----';

describe('a command line', () => {
  it.each<[string, string[], string]>([
    ['a private key', ['request', '--secret', PEM], '--secret'],
    ['a bearer as an argument', ['status', 'rqsty-sk-abcdefgh'], 'an argument'],
    ['a bearer behind =', ['request', '--target=rqsty-sk-abcdefgh'], '--target'],
    ['a user in a URL', ['request', '--reference', 'https://me:pw@tickets/1'], '--reference'],
    ['something long and unbroken as a reference', ['request', '--reference', LONG], '--reference'],
    ['something long as settings', ['request', '--settings', `ips=${LONG}`], '--settings'],
    ['something long behind an unknown option', ['request', '--api-secret', LONG], '--api-secret'],
  ])('with %s is refused, and not quoted', (_what, words, option) => {
    expect(() => refuseSecrets(PROVIDERS, words)).toThrow(
      new Failure(
        2,
        `Cannot accept a command line with a secret in it (${option}): treat that value as leaked, and give the name of the secret that contains it`,
      ),
    );
  });

  it.each<[string, string[]]>([
    [
      'long names of secrets',
      ['request', '--secret', `key-revoker/${LONG}`, '--name-prefix=key-revoker/bybit/desk-7-main'],
    ],
    ['long identifiers', ['status', `expiry-${LONG}`, '--target', LONG, '--request-id', LONG]],
    ['a long argument behind a flag', ['stuck', 'redrive', '--yes', `expiry-${LONG}`]],
    ['the ARN of a sender', ['forget', '--by', `arn:aws:sts::123456789012:assumed-role/${LONG}/me`]],
    ['a ticket’s URL', ['request', '--reference', 'https://tickets.example/browse/INC-2041/some/long/path/in/it']],
    ['nothing', []],
  ])('with %s passes', (_what, words) => expect(() => refuseSecrets(PROVIDERS, words)).not.toThrow());
});

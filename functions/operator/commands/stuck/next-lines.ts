import { kindOf, type Providers, providerNamed } from '../../../core/provider.ts';
import { namedTarget, type RevocationRequest } from '../../../core/request/revocation-request.ts';
import type { Stuck } from '../../stuck/stuck-copy.ts';
import { optionOf } from '../../terminal/option-name.ts';
import { shellWord } from '../../terminal/shell-word.ts';

/** Ends after which another key may do what this one could not. */
const BY_ANOTHER: ReadonlySet<string | undefined> = new Set([
  'stuck/permission-missing',
  'stuck/ip-not-allowed',
  'stuck/credential-refused',
  'stuck/wrong-account',
  'stuck/signer-gone',
]);

const option = (name: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [name, value];

const secretWords = (secretId: string, version: string | undefined): readonly string[] => [
  ...['--target', `secret:${secretId}`],
  ...option('--target-version', version === 'AWSCURRENT' ? undefined : version),
];

const targetWords = (providers: Providers, request: RevocationRequest): readonly string[] => {
  const { keyId, secret, locator } = namedTarget(providers, request);
  const named = keyId === undefined ? undefined : ['--target', keyId];
  const place = Object.entries(locator).flatMap(([name, value]) => [`--${optionOf(name)}`, value]);
  const { secretId, secretVersion } = secret ?? request;
  return [...(named ?? secretWords(secretId, secretVersion)), ...place];
};

/** The same delete, its signer left open. Some keys only sign for themselves, and an update asks for more than fits a line. */
const byAnother = (providers: Providers, { outcome, request }: Stuck): readonly string[] => {
  if (request === undefined || !BY_ANOTHER.has(outcome)) return [];
  const { provider, operation, reason, reference } = request;
  const { signers = [] } = providerNamed(providers, provider)?.operations[operation] ?? {};
  if (kindOf(providers, request) !== 'delete' || !signers.includes('managing')) return [];
  const words = [...targetWords(providers, request), '--reason', reason, ...option('--reference', reference)]
    .map(shellWord)
    .join(' ');
  return [
    'If another key has to sign, give its secret in place of the …, then forget this request:',
    `  key-revoker request ${provider}/${operation} --secret … ${words} --wait`,
  ];
};

/** How it is sent again: its next attempt, or a new request of the operator's. */
const again = ({ isKnown }: Stuck, id: string): readonly string[] =>
  isKnown
    ? ['Once the cause is fixed:', `  key-revoker stuck redrive ${id} --wait`]
    : [
        'If you would ask for this yourself, send it as a new request of yours:',
        `  key-revoker stuck redrive ${id} --unknown --wait`,
      ];

/** What to type next. */
export const nextLines = (providers: Providers, one: Stuck): readonly string[] => {
  const id = shellWord(one.requestId);
  return [
    ...(one.request === undefined ? [] : again(one, id)),
    ...(one.isKnown ? byAnother(providers, one) : []),
    'If the key was handled elsewhere:',
    `  key-revoker stuck forget ${id} --by … --reason …`,
  ];
};

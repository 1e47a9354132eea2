import { kindOf } from '../../../core/operations.ts';
import type { RevocationRequest } from '../../../core/request/parse-request.ts';
import type { Stuck } from '../../stuck/stuck-copy.ts';

/** One word of a shell. */
const quoted = (text: string): string => (/^[\w.:@/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

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

const targetWords = ({ target, secretId, secretVersion }: RevocationRequest): readonly string[] => {
  if (target === 'self') return secretWords(secretId, secretVersion);
  const member = option('--sub-member-id', 'subMemberId' in target ? target.subMemberId : undefined);
  if (!('secretId' in target)) return ['--target', 'apiKey' in target ? target.apiKey : target.apiKeyId, ...member];
  return [...secretWords(target.secretId, target.secretVersion), ...member];
};

/** The same delete, its signer left open; a Bybit master key has no other one, and an update asks for more than fits a line. */
const byAnother = ({ outcome, request }: Stuck): readonly string[] => {
  if (request === undefined || !BY_ANOTHER.has(outcome)) return [];
  const { provider, operation, reason, reference } = request;
  if (kindOf(provider, operation) !== 'delete' || operation === 'delete-master-key') return [];
  const words = [...targetWords(request), '--reason', reason, ...option('--reference', reference)]
    .map(quoted)
    .join(' ');
  return [
    'Where another key has to sign, with its secret for the …; then forget this one:',
    `  key-revoker request ${provider}/${operation} --secret … ${words} --wait`,
  ];
};

/** What to type next. */
export const nextLines = (one: Stuck): readonly string[] => {
  const id = quoted(one.requestId);
  return [
    ...(one.request === undefined ? [] : ['Once the cause is mended:', `  key-revoker stuck redrive ${id} --wait`]),
    ...byAnother(one),
    'Where the key was dealt with elsewhere:',
    `  key-revoker stuck forget ${id} --by … --reason …`,
  ];
};

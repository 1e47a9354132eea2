import type { RevocationRequest } from '../../core/request/revocation-request.ts';
import type { Context, SetUp } from '../deployment/context.ts';
import { findKeys } from '../deployment/find-keys.ts';
import type { StoredKey } from '../deployment/keys.ts';
import { questionsFor } from '../doctor/questions.ts';
import { caseLines, caseShown } from '../show/case-lines.ts';
import { pairs } from '../terminal/wrap.ts';

/** Which operations could delete the key, each with the secret that signs; or why none can. */
const ways = (context: Context, key: StoredKey): readonly RevocationRequest[] | string =>
  questionsFor(context.providers, key);

const wayText = ({ provider, operation, secretId }: RevocationRequest, { secret }: StoredKey): string =>
  `${provider}/${operation}, signed with ${secretId === secret.name ? 'itself' : secretId}`;

/** The account is in the ARN of each secret. */
export const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

const keyLines = (context: Context, key: StoredKey): readonly string[] => {
  const { secret, provider, environment, keyId, found } = key;
  const asked = ways(context, key);
  return [
    ...pairs(context.terminal, [
      ['secret', secret.name],
      ['account', accountOf(secret.arn)],
      ['provider', provider],
      ['environment', environment],
      ['key', keyId ?? 'only the provider can tell: a request asks it'],
      ...(typeof asked === 'string'
        ? [['to delete it', asked] as const]
        : asked.map((request) => ['to delete it', wayText(request, key)] as const)),
      ['ledger', found === undefined ? 'never seen' : undefined],
    ]),
    ...(found === undefined ? [] : caseLines(context.terminal, found)),
  ];
};

/** For machines. */
const keyShown = (context: Context, key: StoredKey): object => {
  const { secret, versionId, provider, environment, name, problem, found } = key;
  const asked = ways(context, key);
  return {
    secret: secret.name,
    arn: secret.arn,
    account: accountOf(secret.arn),
    version: versionId,
    provider: provider ?? null,
    environment: environment ?? null,
    key: name ?? null,
    problem: problem ?? null,
    ways:
      typeof asked === 'string' ? [] : asked.map(({ operation, secretId }) => ({ operation, signedWith: secretId })),
    case: found === undefined ? null : caseShown(found),
  };
};

/** `find`: whose key that is, and who can delete it. */
export const setUpFind: SetUp = (command, context) => {
  command
    .argument('<key>', 'identifier, its short form, or name of the secret; - reads the credential from standard input')
    .action(async (wanted: string) => {
      const deployed = await context.deployed();
      const found = await findKeys(context, deployed, wanted);
      context.print({
        value: () => found.map((key) => keyShown(context, key)),
        lines: () => found.flatMap((key, index) => [...(index === 0 ? [] : ['']), ...keyLines(context, key)]),
      });
    });
};

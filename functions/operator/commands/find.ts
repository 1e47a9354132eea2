import type { RevocationRequest } from '../../core/request/revocation-request.ts';
import type { Context, SetUp } from '../deployment/context.ts';
import { findKeys } from '../deployment/find-keys.ts';
import type { StoredKey } from '../deployment/keys.ts';
import { placeOf } from '../deployment/place.ts';
import { questionsFor } from '../doctor/questions.ts';
import { caseLines, caseShown } from '../show/case-lines.ts';
import { pairs } from '../terminal/wrap.ts';

const wayText = ({ provider, operation, secretId }: RevocationRequest, { secret }: StoredKey): string =>
  `${provider}/${operation}, signed with ${secretId === secret.name ? 'itself' : secretId}`;

const keyLines = (context: Context, key: StoredKey): readonly string[] => {
  const { secret, provider, environment, keyId, found } = key;
  const asked = questionsFor(context.providers, key);
  return [
    ...pairs(context.terminal, [
      ['secret', secret.name],
      ['account', placeOf(secret.arn).account],
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
  const asked = questionsFor(context.providers, key);
  return {
    secret: secret.name,
    arn: secret.arn,
    account: placeOf(secret.arn).account,
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

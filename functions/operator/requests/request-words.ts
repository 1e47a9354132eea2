import { type Command, Option } from 'commander';
import { type EpochMs, fromIso } from '../../core/epoch.ts';
import { type Providers, providerNamed } from '../../core/provider.ts';
import { REASONS } from '../../core/reason.ts';
import { sentence } from '../../core/receipts/sentences.ts';
import type { DeploymentCard } from '../../core/request/deployment-card.ts';
import { wordsIn } from '../../core/request/expiry-tags.ts';
import { parseRequest } from '../../core/request/parse-request.ts';
import type { RevocationRequest } from '../../core/request/revocation-request.ts';
import { outOfReach, secretArnsBeside } from '../../core/request/secret-reach.ts';
import { latestNotBefore } from '../../core/revoke/preconditions.ts';
import type { Deployed } from '../deployment/connect.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { optionOf } from '../terminal/option-name.ts';

/** The options that say what is asked for, as commander gives them. */
export interface RequestOptions {
  readonly secret: string;
  readonly secretVersion?: string;
  readonly target: string;
  readonly targetVersion?: string;
  readonly settings?: string;
  readonly reason?: string;
  readonly reference?: string;
  readonly requestedBy?: string;
  readonly expectedEnvironment?: string;
  readonly notBefore?: string;
  readonly requestId?: string;
}

const locatorOptions = (providers: Providers): readonly Option[] =>
  [...new Set(Object.values(providers).flatMap(({ locators }) => Object.keys(locators)))].map((field) => {
    const titles = Object.values(providers).filter(({ locators }) => Object.hasOwn(locators, field));
    return new Option(
      `--${optionOf(field)} <id>`,
      `where the key is at ${titles.map(({ title }) => title).join(', ')}`,
    );
  });

/** Adds the words of a request to a command. */
export const withRequestOptions = (command: Command, providers: Providers): Command => {
  const examples = Object.values(providers).flatMap(({ settings }) => settings?.example ?? []);
  for (const option of locatorOptions(providers)) command.addOption(option);
  return command
    .argument('<operation>', 'provider and operation, such as kalshi/delete-key')
    .requiredOption('--secret <name>', 'secret with the signing credential')
    .requiredOption('--target <key>', 'self, the identifier of a key, or secret:<name> for the key in that secret')
    .option('--secret-version <version>', 'version of the signing secret: AWSCURRENT, AWSPREVIOUS or a version id')
    .option('--target-version <version>', "version of the target's secret")
    .option('--settings <words>', `for an update: "${examples.join('" or "')}"`)
    .addOption(new Option('--reason <reason>', 'why; leaked and incident are urgent').choices(REASONS))
    .option('--reference <ticket>', 'copied to the receipt')
    .option('--requested-by <name>', 'copied to the receipt')
    .option('--expected-environment <name>', 'refuse the request if the key is in another environment')
    .option('--request-id <id>', 'id of the request; sending it again changes nothing (default: a UUID)');
};

const IN_SECRET = 'secret:';

const targetOf = (providers: Providers, provider: string, options: RequestOptions): unknown => {
  const { target, targetVersion } = options;
  const fields = Object.values(providers).flatMap(({ locators }) => Object.keys(locators));
  const given = Object.entries(options).filter(([field]) => fields.includes(field));
  const more = {
    ...(targetVersion === undefined ? {} : { secretVersion: targetVersion }),
    ...Object.fromEntries(given),
  };
  if (target.startsWith(IN_SECRET)) return { secretId: target.slice(IN_SECRET.length), ...more };
  if (target === 'self' && Object.keys(more).length === 0) return target;
  return { [providerNamed(providers, provider)?.keyForm.field ?? 'keyId']: target, ...more };
};

/** What the function would refuse as well, told before anything is sent. */
const OBJECTIONS: readonly ((request: RevocationRequest, card: DeploymentCard, now: EpochMs) => string | undefined)[] =
  [
    ({ provider }, { providers }) =>
      providers.includes(provider)
        ? undefined
        : `Cannot act at ${provider}: this deployment has only ${providers.join(', ')}`,
    ({ secretId, target }, { prefix, resultsTopicArn }) =>
      [secretId, ...(typeof target === 'object' && target['secretId'] !== undefined ? [target['secretId']] : [])]
        .map((id) => outOfReach(id, { secretPrefix: prefix, secretArns: secretArnsBeside(resultsTopicArn) }))
        .find(Boolean),
    ({ notBefore }, { giveUpAfterSeconds }, now) =>
      notBefore !== undefined && (fromIso(notBefore) ?? 0) > latestNotBefore(now, giveUpAfterSeconds * 1_000)
        ? sentence('refused/too-far')
        : undefined,
  ];

/**
 * Makes a request of what was typed; one without an id gets a UUID.
 *
 * @throws Failure `usage`, with the sentence that the function would refuse it with
 */
export const requestFromOptions = (
  operation: string,
  options: RequestOptions,
  { card, clock, newId, providers }: Pick<Deployed, 'card' | 'clock' | 'newId' | 'providers'>,
  more: Partial<Pick<RevocationRequest, 'dryRun'>> = {},
): RevocationRequest & { readonly requestId: string } => {
  const [provider = '', name] = operation.split(/\/(.*)/s);
  if (name === undefined)
    throw new Failure(
      EXIT.usage,
      'Cannot read the operation: it must be provider/operation, such as kalshi/delete-key',
    );
  const { secret: secretId, secretVersion, settings, requestId = newId(), ...rest } = options;
  const { reason, reference, requestedBy, expectedEnvironment, notBefore } = rest;
  const { settings: form } = providerNamed(providers, provider) ?? {};
  const parsed = parseRequest(
    providers,
    JSON.stringify({
      ...{ provider, operation: name, secretId, secretVersion, target: targetOf(providers, provider, options) },
      ...(settings === undefined ? {} : { settings: form?.fromWords(wordsIn(settings)) ?? settings }),
      ...{ reason, reference, requestedBy, expectedEnvironment, notBefore, requestId, ...more },
    }),
  );
  if (parsed.kind === 'refused') throw new Failure(EXIT.usage, parsed.message);
  const { request } = parsed;
  const objection = OBJECTIONS.map((object) => object(request, card, clock.now())).find(Boolean);
  if (objection !== undefined) throw new Failure(EXIT.usage, objection);
  return { ...request, requestId };
};

import { toIso } from '../../core/epoch.ts';
import { SIGNED_BY_TAG } from '../../core/request/expiry-tags.ts';
import { parseRequest } from '../../core/request/parse-request.ts';
import type { RevocationRequest } from '../../core/request/revocation-request.ts';
import { MINUTE_MS } from '../../core/timing.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context, SetUp } from '../deployment/context.ts';
import { findKeys } from '../deployment/find-keys.ts';
import type { StoredKey } from '../deployment/keys.ts';
import { refusePaused } from '../deployment/paused.ts';
import { isOfOtherKind } from '../doctor/finding.ts';
import { questionsFor } from '../doctor/questions.ts';
import { endRecord } from '../history/record.ts';
import { plansOf } from '../requests/plans.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { drawText } from '../timeline/draw-text.ts';
import { TIMEOUT } from './duration-option.ts';
import { sendAndFollow } from './request.ts';

/** So long a plan is waited for. */
const PATIENCE_MS = 2 * MINUTE_MS;

interface Options {
  readonly leaked?: boolean;
  readonly signedBy?: string;
  readonly reference?: string;
  readonly requestedBy?: string;
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly yes?: boolean;
}

/** The one key that is meant. @throws Failure `usage` where several secrets hold it and nobody can choose */
const chosen = async ({ terminal }: Context, found: readonly StoredKey[]): Promise<StoredKey> => {
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) return only;
  const names = found.map(({ secret }, index) => `  ${index + 1}  ${secret.name}`);
  const several = `${found.length} secrets match:\n${names.join('\n')}`;
  if (!terminal.isAnswered)
    throw new Failure(EXIT.usage, `Cannot tell which key to kill, ${several}\nName one of these secrets`);
  terminal.tell(several);
  const answer = found[Number(await terminal.ask('Type the number of the one to kill: ')) - 1];
  if (answer !== undefined) return answer;
  throw new Failure(EXIT.aborted, 'Cannot continue without one of these numbers: nothing was sent');
};

/** The key as if its tags named that secret. */
const signedWith = (key: StoredKey, secret: string | undefined): StoredKey => {
  if (secret === undefined) return key;
  const tags = { ...key.secret.tags, [SIGNED_BY_TAG]: secret };
  return { ...key, secret: { ...key.secret, tags } };
};

/** The deletes that are possible for the key. @throws Failure if there is none */
const deletesOf = (context: Context, key: StoredKey): readonly RevocationRequest[] => {
  const asked = questionsFor(context.providers, key);
  const deletes =
    typeof asked === 'string'
      ? []
      : asked.filter(
          ({ provider, operation }) => context.providers[provider]?.operations[operation]?.kind === 'delete',
        );
  if (deletes.length > 0) return deletes;
  const why = typeof asked === 'string' ? asked : 'its tags order an update, and no delete. Send key-revoker request';
  throw new Failure(EXIT.usage, `Cannot kill the key in ${key.secret.name}: ${why}`);
};

/** Has every delete planned, and takes the first that is for a key of this kind: which kind a key is only its provider may know. */
const planned = async (
  context: Context,
  deployed: Deployed,
  deletes: readonly RevocationRequest[],
): Promise<RevocationRequest> => {
  const { terminal } = context;
  terminal.show('Planning');
  const plans = await plansOf(context, deployed, deletes, { mostMs: PATIENCE_MS });
  terminal.show();
  const index = deletes.findIndex((_, each) => !isOfOtherKind(plans[each]));
  const plan = plans[Math.max(0, index)]?.receipt.message;
  terminal.tell(plan === undefined ? 'No plan came in time: the request may still succeed' : `Plan: ${plan}`);
  return deletes[Math.max(0, index)] as RevocationRequest; // there is at least one
};

const asSent = (
  { newId, providers }: Deployed,
  planOf: RevocationRequest,
  { leaked, reference, requestedBy }: Options,
): RevocationRequest & { readonly requestId: string } => {
  const requestId = newId();
  const { reason, ...rest } = planOf;
  const body = { ...rest, reason: leaked ? 'leaked' : reason, reference, requestedBy, requestId };
  const parsed = parseRequest(providers, JSON.stringify(body));
  if (parsed.kind === 'refused') throw new Failure(EXIT.usage, parsed.message);
  return { ...parsed.request, requestId };
};

const run = async (context: Context, wanted: string, options: Options): Promise<void> => {
  const { terminal } = context;
  const deployed = await context.deployed();
  await refusePaused(deployed, 'kill a key');
  const key = await chosen(context, await findKeys(context, deployed, wanted));
  const proved = key.found?.proved;
  if (proved !== undefined) {
    terminal.print(`The key was proved gone at ${toIso(proved.at)} by ${proved.endedBy}: nothing was sent`);
    return;
  }
  const request = asSent(
    deployed,
    await planned(context, deployed, deletesOf(context, signedWith(key, options.signedBy))),
    options,
  );
  const { wait = terminal.isAnswered } = options;
  await sendAndFollow(context, deployed, { request, options: { ...options, wait }, keyId: key.keyId });
  const record = wait ? await endRecord(deployed, request.requestId) : undefined;
  if (record && context.format === 'table')
    for (const line of ['', ...drawText(terminal, record.timeline)]) terminal.print(line);
};

/** `kill`: from whatever names a key to its death. */
export const setUpKill: SetUp = (command, context) => {
  command
    .argument('<key>', 'identifier, its short form, or name of the secret; - reads the credential from standard input')
    .option('--leaked', 'the key is leaked: the request waits behind no others')
    .option('--signed-by <secret>', 'secret of the managing key (default: as the tags say, or the key itself)')
    .option('--reference <ticket>', 'copied to the receipt')
    .option('--requested-by <name>', 'copied to the receipt')
    .option('--wait', 'wait for the receipt (in a terminal always)')
    .option(...TIMEOUT)
    .option('--yes', 'do not ask for confirmation')
    .action((wanted: string, options: Options) => run(context, wanted, options));
};

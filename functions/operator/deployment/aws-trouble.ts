import { classOf, deniedAction, errorKindOf, textOf } from '../../edge/aws/error-class.ts';
import { EXIT, Failure } from '../terminal/failure.ts';

/** What has every right that the command line needs. */
const GRANTED_ROLE = 'a role that was granted access with grantOperate';

export const USE_GRANTED_ROLE = `Use ${GRANTED_ROLE}`;

/** What the user needs to do about an error of the SDK: by its class, or by how its text begins if it has no class of its own. */
const NEEDS: readonly (readonly [sign: RegExp, needed: string])[] = [
  [/^Region is missing/, 'set a region in AWS_REGION or in the profile'],
  [/^CredentialsProviderError/, 'set AWS credentials in the environment or in the profile'],
  [
    /^(ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidSignature)/,
    'use AWS credentials that are valid now',
  ],
  [/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|TimeoutError)/, 'check the connection to AWS, or to AWS_ENDPOINT_URL'],
  [/^ERR_INVALID_URL$/, 'AWS_ENDPOINT_URL must be a URL'],
  // What the SDK calls a page that is none of AWS's.
  [/^(Unknown|UnknownError|SyntaxError)$/, 'the answer is not from AWS. Check for a proxy, and check AWS_ENDPOINT_URL'],
  [/^Throttl|^TooManyRequests|^RequestThrottled/, 'AWS limits the rate of calls. Try again'],
];

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** An error of the SDK as a sentence. Its text is only matched and never shown, since it may quote what was sent. */
export const trouble = (what: string, error: unknown): Failure => {
  const signs = [classOf(error), codeOf(error), textOf(error)];
  const isDenied = errorKindOf(error) === 'denied';
  const needed = isDenied ? `use ${GRANTED_ROLE}` : NEEDS.find(([sign]) => signs.some((text) => sign.test(text)))?.[1];
  const name = codeOf(error) || classOf(error);
  const action = isDenied ? deniedAction(error) : undefined;
  const why = name === 'Error' ? '' : `: ${name}${action === undefined ? '' : ` for ${action}`}`;
  return new Failure(EXIT.failed, `Cannot ${what}${why}${needed ? `${why === '' ? ': ' : '; '}${needed}` : ''}`);
};

/**
 * Awaits one exchange with AWS.
 *
 * @param what completes "Cannot …": `find the deployment`
 * @param known what some errors mean here, by their class
 * @throws Failure in place of whatever it rejects with
 */
export const fromAws = async <T>(
  what: string,
  exchange: Promise<T>,
  known: Readonly<Record<string, Failure>> = {},
): Promise<T> => {
  try {
    return await exchange;
  } catch (error) {
    throw known[classOf(error)] ?? trouble(what, error);
  }
};

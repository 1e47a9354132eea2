import { classOf } from '../../edge/aws/error-class.ts';
import { EXIT, Failure } from '../terminal/failure.ts';

/** What an error of the SDK asks of whoever types; by its class, or by how its text begins where it has none of its own. */
const WANTED: readonly (readonly [sign: RegExp, wanted: string])[] = [
  [/^Region is missing/, 'wanted a region in AWS_REGION or in the profile'],
  [/^CredentialsProviderError/, 'wanted AWS credentials in the environment or in the profile'],
  [
    /^(ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidSignature)/,
    'wanted AWS credentials that are valid now',
  ],
  [/^(AccessDenied|AuthorizationError|KMS\.AccessDenied)/, 'wanted a principal that was granted with grantOperate'],
  [/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|TimeoutError)/, 'wanted a way to AWS, or to AWS_ENDPOINT_URL'],
  [/^ERR_INVALID_URL$/, 'wanted a URL in AWS_ENDPOINT_URL'],
  // What the SDK calls a page that is none of AWS's.
  [
    /^(Unknown|UnknownError|SyntaxError)$/,
    'wanted an answer of AWS: something else answers, a proxy or what AWS_ENDPOINT_URL names',
  ],
  [/^Throttl|^TooManyRequests|^RequestThrottled/, 'wanted fewer calls; try again'],
];

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** An error of the SDK as a sentence. Of its text only what is ours to know by heart is looked at, since it may quote what was sent. */
export const trouble = (what: string, error: unknown): Failure => {
  const signs = [classOf(error), codeOf(error), error instanceof Error ? error.message : ''];
  const wanted = WANTED.find(([sign]) => signs.some((text) => sign.test(text)))?.[1];
  const name = codeOf(error) || classOf(error);
  const why = name === 'Error' ? '' : `: ${name}`;
  return new Failure(EXIT.failed, `Cannot ${what}${why}${wanted ? `, ${wanted}` : ''}`);
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

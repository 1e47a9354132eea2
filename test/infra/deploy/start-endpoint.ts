import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { ACCOUNT, BUCKET, Missing, Stacks } from './stacks.ts';

/** As much of AWS as `cdk bootstrap`, `deploy` and `diff` call, on one port. */
export interface Endpoint {
  readonly url: string;
  readonly stacks: Stacks;
  /** The names of what was uploaded, each as often as it was. */
  readonly uploads: readonly string[];
  close(): Promise<void>;
}

interface Answer {
  readonly status?: number;
  readonly body?: string;
}

const xml = (action: string, inner: string): Answer => ({
  body: `<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>`,
});

const fault = (code: string, message: string): Answer => ({
  status: 400,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});

const IDENTITY = `<Arn>arn:aws:iam::${ACCOUNT}:user/test</Arn><UserId>test</UserId><Account>${ACCOUNT}</Account>`;
const KEYS = '<AccessKeyId>test</AccessKeyId><SecretAccessKey>test</SecretAccessKey><SessionToken>test</SessionToken>';
const CREDENTIALS = `<Credentials>${KEYS}<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`;

export const startEndpoint = async (): Promise<Endpoint> => {
  const objects = new Map<string, string>();
  const uploads: string[] = [];
  const stacks = new Stacks((url) => objects.get(new URL(url).pathname.split('/').at(-1) ?? '') ?? '');

  const query = (fields: URLSearchParams): Answer => {
    const action = fields.get('Action') ?? '';
    if (action === 'GetCallerIdentity') return xml(action, IDENTITY);
    if (action === 'AssumeRole') return xml(action, CREDENTIALS);
    const answer = stacks.answer(action, fields);
    return answer === undefined ? fault('InvalidAction', `Cannot answer ${action}`) : xml(action, answer);
  };

  const s3 = (method: string, { pathname, searchParams }: URL, body: string): Answer => {
    const key = pathname.split('/').slice(2).join('/');
    if (method === 'PUT') {
      uploads.push(key);
      objects.set(key, body);
      return {};
    }
    if (searchParams.has('location')) return { body: '<LocationConstraint>eu-central-1</LocationConstraint>' };
    if (searchParams.has('encryption')) return { status: 404, body: '<Error><Code>NoSuchBucket</Code></Error>' };
    const wanted = searchParams.get('prefix') ?? '';
    const found = objects.has(wanted) ? `<Contents><Key>${wanted}</Key><Size>1000000</Size></Contents>` : '';
    return { body: `<ListBucketResult>${found}</ListBucketResult>` };
  };

  const answer = ({ method = '', url = '/', headers }: IncomingMessage, body: string): Answer => {
    // The version of the bootstrap, which a deployment asks before all else.
    if (headers['x-amz-target'] === 'AmazonSSM.GetParameter') return { body: '{"Parameter":{"Value":"99"}}' };
    const where = new URL(url, 'http://127.0.0.1');
    return where.pathname.startsWith(`/${BUCKET}`) ? s3(method, where, body) : query(new URLSearchParams(body));
  };

  const answered = (request: IncomingMessage, body: string): Answer => {
    try {
      return answer(request, body);
    } catch (error) {
      if (error instanceof Missing) return fault(error.code, error.message);
      throw error;
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status = 200, body = '' } = answered(request, (await buffer(request)).toString('utf8'));
    response.writeHead(status).end(body);
  };

  const server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${port}`, stacks, uploads, close };
};

import type { IncomingHttpHeaders } from 'node:http';
import type { AwsError } from './aws-error.ts';
import type { Reply, Service } from './call.ts';

const JSON_TYPES: Readonly<Record<string, string>> = {
  sqs: 'application/x-amz-json-1.0',
  dynamodb: 'application/x-amz-json-1.0',
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const xmlReply = ({ code, message, status }: AwsError): Reply => {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
  const body = `<ErrorResponse>${error}<RequestId>local</RequestId></ErrorResponse>`;
  return { status, headers: { 'content-type': 'text/xml' }, body };
};

/** Whether a client speaks the query protocol, as those of SNS and of many services that are not emulated do. */
export const isQuery = (headers: IncomingHttpHeaders): boolean =>
  headers['content-type']?.includes('x-www-form-urlencoded') ?? false;

/** @returns the error in the form that the client reads: XML in the query protocol, JSON in the others */
export const errorReply = (headers: IncomingHttpHeaders, service: Service | undefined, error: AwsError): Reply =>
  isQuery(headers)
    ? xmlReply(error)
    : {
        status: error.status,
        headers: { 'content-type': JSON_TYPES[service ?? ''] ?? 'application/x-amz-json-1.1' },
        body: JSON.stringify({ __type: error.code, message: error.message }),
      };

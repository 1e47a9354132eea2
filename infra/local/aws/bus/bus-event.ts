import { ACCOUNT } from '../protocol/account.ts';
import { AwsError } from '../protocol/aws-error.ts';

/** One entry of PutEvents as it comes over the wire; `Time` in seconds since 1970. */
export interface Entry {
  readonly EventBusName?: string | undefined;
  readonly Source?: string | undefined;
  readonly DetailType?: string | undefined;
  readonly Detail?: string | undefined;
  readonly Time?: number | undefined;
  readonly Resources?: readonly string[] | undefined;
}

/** What a rule's target gets. `time` is RFC 3339 with whole seconds. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

const parsedDetail = (detail: string): unknown => {
  try {
    const parsed: unknown = JSON.parse(detail);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    // Not JSON at all: the same refusal as for JSON that is no object.
  }
  throw new AwsError('MalformedDetail', 'Detail is malformed.');
};

/** @throws {AwsError} with the error code that PutEvents gives this entry */
export const toEvent = (entry: Entry, now: number): BusEvent => {
  const { Source: source = '', DetailType: detailType = '', Detail = '' } = entry;
  if (source === '' || detailType === '' || Detail === '') {
    throw new AwsError(
      'InvalidArgument',
      'Parameter Source, DetailType or Detail is not valid. Reason: it is required.',
    );
  }
  if (source.startsWith('aws.')) {
    throw new AwsError('NotAuthorizedForSourceException', 'Not authorized for the source.');
  }
  const time = new Date(entry.Time === undefined ? now : entry.Time * 1000);
  return {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': detailType,
    source,
    account: ACCOUNT.id,
    time: `${time.toISOString().slice(0, 19)}Z`,
    region: ACCOUNT.region,
    resources: entry.Resources ?? [],
    detail: parsedDetail(Detail),
  };
};

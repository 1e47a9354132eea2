import type { IncomingMessage } from 'node:http';
import { AwsError } from './aws-error.ts';
import type { Service } from './call.ts';

interface RestOperation {
  readonly service: Service;
  readonly method: string;
  /** Named groups are parameters. */
  readonly path: RegExp;
  readonly action: string;
}

const MAPPINGS = '/2015-03-31/event-source-mappings';

/** The operations of those services whose protocol puts the operation into method and path. */
const OPERATIONS: readonly RestOperation[] = [
  ...(
    [
      ['POST', /^\/schedules\/(?<Name>[^/]+)$/, 'CreateSchedule'],
      ['GET', /^\/schedules\/(?<Name>[^/]+)$/, 'GetSchedule'],
      ['PUT', /^\/schedules\/(?<Name>[^/]+)$/, 'UpdateSchedule'],
      ['DELETE', /^\/schedules\/(?<Name>[^/]+)$/, 'DeleteSchedule'],
      ['GET', /^\/schedules$/, 'ListSchedules'],
      ['POST', /^\/schedule-groups\/(?<Name>[^/]+)$/, 'CreateScheduleGroup'],
    ] as const
  ).map(([method, path, action]) => ({ service: 'scheduler' as const, method, path, action })),
  ...(
    [
      ['POST', new RegExp(`^${MAPPINGS}$`), 'CreateEventSourceMapping'],
      ['GET', new RegExp(`^${MAPPINGS}/(?<UUID>[^/]+)$`), 'GetEventSourceMapping'],
      ['PUT', new RegExp(`^${MAPPINGS}/(?<UUID>[^/]+)$`), 'UpdateEventSourceMapping'],
      ['GET', /^\/2016-08-19\/account-settings$/, 'GetAccountSettings'],
    ] as const
  ).map(([method, path, action]) => ({ service: 'lambda' as const, method, path, action })),
];

/** Parameters in a query that the service names otherwise than in a body. */
const RENAMED: Readonly<Record<string, string>> = {
  groupName: 'GroupName',
  ScheduleGroup: 'GroupName',
  clientToken: 'ClientToken',
};

const NUMBERS = new Set(['MaxResults']);

const queryOf = ({ searchParams }: URL): Record<string, unknown> =>
  Object.fromEntries(
    [...searchParams].map(([name, value]) => [RENAMED[name] ?? name, NUMBERS.has(name) ? Number(value) : value]),
  );

/** Whether a service is called by method and path. */
export const isRest = (service: string | undefined): boolean => OPERATIONS.some((each) => each.service === service);

/**
 * Reads a call by method and path as one by name, its parameters together in one JSON text.
 *
 * @throws {AwsError} `UnknownOperationException`
 */
export const restCall = (
  service: Service,
  { method = '', url = '' }: Pick<IncomingMessage, 'method' | 'url'>,
  body: string,
): { readonly action: string; readonly body: string } => {
  const asked = new URL(url, 'http://local');
  const path = asked.pathname.replace(/\/$/, '');
  const operation = OPERATIONS.find(
    (each) => each.service === service && each.method === method && each.path.test(path),
  );
  if (operation === undefined) throw new AwsError('UnknownOperationException', `Cannot do ${method} ${path} here`);
  const inPath = Object.entries(operation.path.exec(path)?.groups ?? {}).map(
    ([name, value]) => [name, decodeURIComponent(value)] as const,
  );
  const input = { ...(body === '' ? {} : JSON.parse(body)), ...queryOf(asked), ...Object.fromEntries(inPath) };
  return { action: operation.action, body: JSON.stringify(input) };
};

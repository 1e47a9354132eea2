import { createHash } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from './protocol/aws-error.ts';
import { type Operation, operation } from './protocol/json-backend.ts';

interface StoredMapping {
  readonly eventSourceArn: string;
  readonly functionName: string;
  readonly isEnabled: boolean;
  /** A change takes a while: the first look after it shows it under way. */
  readonly isChanging: boolean;
}

/** Lambda's event source mappings, by id, and what the account has for all functions. */
export class Mappings {
  /** Concurrent executions of the account that are not reserved. As in most accounts. */
  unreserved = 1_000;
  readonly #mappings = new Map<string, StoredMapping>();

  put(id: string, mapping: StoredMapping): void {
    this.#mappings.set(id, mapping);
  }

  /** @throws {AwsError} `ResourceNotFoundException` */
  find(id: string): StoredMapping {
    const found = this.#mappings.get(id);
    if (found !== undefined) return found;
    throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
  }

  /** Whether it hands messages over; one that nobody has registered does. */
  isEnabled(id: string): boolean {
    return this.#mappings.get(id)?.isEnabled ?? true;
  }
}

/** The id of the mapping between a queue and a function, in the form of a UUID; here it follows from the two. */
export const mappingId = (eventSourceArn: string, functionName: string): string => {
  const digits = createHash('sha256').update(`${eventSourceArn} ${functionName}`).digest('hex');
  return digits.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

const stateOf = ({ isEnabled, isChanging }: StoredMapping): string =>
  isEnabled ? (isChanging ? 'Enabling' : 'Enabled') : isChanging ? 'Disabling' : 'Disabled';

const shown = (UUID: string, mapping: StoredMapping): object => ({
  UUID,
  EventSourceArn: mapping.eventSourceArn,
  FunctionArn: mapping.functionName,
  State: stateOf(mapping),
});

const Id = z.object({ UUID: z.string() });

/** Lambda's operations on mappings and on the account as far as a deployment and the command line use them (API reference, 2015-03-31). */
export const MAPPING_OPERATIONS: Readonly<Record<string, Operation<Mappings>>> = {
  CreateEventSourceMapping: operation(
    z.object({ EventSourceArn: z.string(), FunctionName: z.string(), Enabled: z.boolean().default(true) }),
    (mappings: Mappings, { EventSourceArn, FunctionName, Enabled }) => {
      const id = mappingId(EventSourceArn, FunctionName);
      const made = { eventSourceArn: EventSourceArn, functionName: FunctionName, isEnabled: Enabled };
      mappings.put(id, { ...made, isChanging: false });
      return shown(id, { ...made, isChanging: true });
    },
  ),
  GetAccountSettings: operation(z.object({}), ({ unreserved }) => ({
    AccountLimit: { ConcurrentExecutions: unreserved, UnreservedConcurrentExecutions: unreserved },
  })),
  GetEventSourceMapping: operation(Id, (mappings, { UUID }) => {
    const found = mappings.find(UUID);
    mappings.put(UUID, { ...found, isChanging: false });
    return shown(UUID, found);
  }),
  UpdateEventSourceMapping: operation(Id.extend({ Enabled: z.boolean() }), (mappings, { UUID, Enabled }) => {
    const found = mappings.find(UUID);
    const changed = { ...found, isEnabled: Enabled, isChanging: found.isEnabled !== Enabled };
    mappings.put(UUID, changed);
    return shown(UUID, changed);
  }),
};

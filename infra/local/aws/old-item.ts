import * as z from 'zod';
import type { Backend, Call, Reply } from './protocol/call.ts';

const Attributes = z.record(z.string(), z.unknown());

/** What a conditional write says of itself, as far as it is looked at here. */
const Write = z.object({
  TableName: z.string(),
  /** Of an update or a delete. */
  Key: Attributes.optional(),
  /** Of a put. */
  Item: Attributes.optional(),
  ReturnValuesOnConditionCheckFailure: z.string().optional(),
});

const Description = z.object({ Table: z.object({ KeySchema: z.array(z.object({ AttributeName: z.string() })) }) });

const WRITES: readonly string[] = ['PutItem', 'UpdateItem', 'DeleteItem'];

const REFUSED = 'ConditionalCheckFailedException';

const asking = (call: Call, action: string, input: object): Call => ({
  ...call,
  action,
  headers: { ...call.headers, 'x-amz-target': `DynamoDB_20120810.${action}` },
  body: JSON.stringify(input),
});

/** Adds to the refusal of a conditional write the item that was there, where the caller asks for it. dynalite does not. */
export const withOldItem =
  (tables: Backend): Backend =>
  async (call): Promise<Reply> => {
    const reply = await tables(call);
    if (!WRITES.includes(call.action) || reply.status !== 400 || !reply.body.includes(REFUSED)) return reply;
    const { TableName, Key, Item, ReturnValuesOnConditionCheckFailure } = Write.parse(JSON.parse(call.body));
    if (ReturnValuesOnConditionCheckFailure !== 'ALL_OLD') return reply;
    const described = Description.parse(JSON.parse((await tables(asking(call, 'DescribeTable', { TableName }))).body));
    const names = described.Table.KeySchema.map(({ AttributeName }) => AttributeName);
    const key = Key ?? Object.fromEntries(names.map((name) => [name, Item?.[name]]));
    const found = await tables(asking(call, 'GetItem', { TableName, Key: key, ConsistentRead: true }));
    const body = JSON.stringify({ ...JSON.parse(reply.body), ...JSON.parse(found.body) });
    return { ...reply, headers: { 'content-type': reply.headers['content-type'] ?? '' }, body };
  };

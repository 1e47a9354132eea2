import {
  CreateEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, expect, it } from 'vitest';
import { mappingId } from '../../../../infra/local/aws/mappings.ts';
import { awsForThisFile } from './aws-in-test.ts';

const aws = awsForThisFile();
const lambda = new LambdaClient({});
afterAll(() => lambda.destroy());

const create = async (EventSourceArn: string) =>
  (await lambda.send(new CreateEventSourceMappingCommand({ EventSourceArn, FunctionName: 'f' }))).UUID ?? '';
const look = async (UUID: string) => (await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State;
const enable = async (UUID: string, Enabled: boolean) =>
  (await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }))).State;

it('gives a mapping an id that follows from what it joins', async () => {
  const id = await create('arn:one');
  expect(id).toBe(mappingId('arn:one', 'f'));
  expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(await create('arn:two')).not.toBe(id);
});

it('switches it off and on, which takes a while', async () => {
  const id = await create('arn:switched');
  expect([await look(id), aws().mappings.isEnabled(id)]).toEqual(['Enabled', true]);
  expect(await enable(id, false)).toBe('Disabling');
  expect([await look(id), await look(id), aws().mappings.isEnabled(id)]).toEqual(['Disabling', 'Disabled', false]);
  expect(await enable(id, false)).toBe('Disabled');
  expect(await enable(id, true)).toBe('Enabling');
  expect([await look(id), await look(id), aws().mappings.isEnabled(id)]).toEqual(['Enabling', 'Enabled', true]);
});

it('knows no mapping that was not made', () =>
  expect(look('nothing')).rejects.toMatchObject({ name: 'ResourceNotFoundException' }));

import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, expect, it } from 'vitest';
import { awsForThisFile } from './aws-in-test.ts';

awsForThisFile();
const ssm = new SSMClient({});
afterAll(() => ssm.destroy());

const put = (Name: string, Value: string, Overwrite = false) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite }));
const get = async (Name: string) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter;

it('keeps a text under a name, in versions', async () => {
  await put('/a/b', 'one');
  expect(await get('/a/b')).toMatchObject({ Name: '/a/b', Value: 'one', Version: 1, Type: 'String' });
  await put('/a/b', 'two', true);
  expect(await get('/a/b')).toMatchObject({
    Value: 'two',
    Version: 2,
    ARN: 'arn:aws:ssm:us-east-1:000000000000:parameter/a/b',
  });
});

it.each<[string, () => Promise<unknown>, string]>([
  ['a name that is taken', () => put('/taken', 'x').then(() => put('/taken', 'y')), 'ParameterAlreadyExists'],
  ['a name that nobody has', () => get('/nobody'), 'ParameterNotFound'],
  ['more than 4 KB', () => put('/long', 'x'.repeat(4_097)), 'ValidationException'],
])('refuses %s', (_what, call, name) => expect(call()).rejects.toMatchObject({ name }));

import { describe, expect, it } from 'vitest';
import { requesty } from '../../../../functions/providers/requesty/index.ts';
import { converse, reply } from '../ask.ts';

const id = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
const question = () => requesty.identify?.(requesty.credential({ apiKey: 'rqsty-sk-TEST' }));

describe('identify', () => {
  it('asks the bearer for its own id', () => {
    const asked = question();
    if (!asked) throw new Error('Requesty has to identify its credentials');
    const { sent, answer } = converse(asked, [reply(200, { id, permissions: { manage: 'write' } })]);
    expect(sent.map(({ method, host, path, headers }) => [method, host, path, headers.reveal()])).toEqual([
      ['GET', 'api-v2.requesty.ai', '/v1/manage/apikey/self', { Authorization: 'Bearer rqsty-sk-TEST' }],
    ]);
    expect(answer).toEqual({ saw: 'alive', code: '200', seen: true, facts: { keyId: id, manage: 'write' } });
  });
});

import { expect, it } from 'vitest';
import { failedRecords } from '../../../../infra/local/lambda/batch-response.ts';

const IDS = ['a', 'b'];
const NONE: readonly string[] = [];
const failing = (...ids: unknown[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

it.each([
  ['nothing', undefined, NONE],
  ['null', null, NONE],
  ['an empty object', {}, NONE],
  ['a null list', { batchItemFailures: null }, NONE],
  ['an empty list', failing(), NONE],
  ['one failure', failing('b'), ['b']],
  ['all failures', failing('a', 'b'), IDS],
  ['a text', 'ok', IDS],
  ['a list that is no list', { batchItemFailures: {} }, IDS],
  ['an empty identifier', failing('a', ''), IDS],
  ['a null identifier', failing(null), IDS],
  ['a wrong key', { batchItemFailures: [{ messageId: 'a' }] }, IDS],
  ['an unknown identifier', failing('a', 'c'), IDS],
])('reads %s as Lambda does', (_what, response, expected) => expect(failedRecords(response, IDS)).toEqual(expected));

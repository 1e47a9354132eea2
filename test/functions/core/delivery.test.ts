import { expect, it } from 'vitest';
import { isOwnSender } from '../../../functions/core/delivery.ts';

it('knows a function of ours by its role', () => {
  const ports = { config: { ownRoles: ['AROAONE', 'AROATWO'] } };
  const senders = ['AROAONE:a', 'AROATWO:b', 'AROATHREE:c', 'AROAONE', 'AROAONEMORE:a'];
  expect(senders.map((sender) => isOwnSender(ports, { sender }))).toEqual([true, true, false, false, false]);
});

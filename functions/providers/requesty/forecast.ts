import type { Facts } from '../../core/answer.ts';

const LACKS = 'does not have the permission manage: write, so Requesty will likely refuse the call';
const BY_HAND = 'The provider’s web console can delete the key too';

/** Each rule of Requesty that may refuse the call, with its sentence. */
const FORECASTS: readonly (readonly [(self: boolean, facts: Facts) => boolean, string])[] = [
  [
    (self, { manage }) => self && manage !== undefined && manage !== 'write',
    `This key ${LACKS}. A managing key can make the call. ${BY_HAND}`,
  ],
  [
    (self, { signerManage }) => !self && signerManage !== undefined && signerManage !== 'write',
    `The managing key ${LACKS}. Another managing key can make the call. ${BY_HAND}`,
  ],
  [
    (_self, { manage }) => manage === 'write',
    'This key manages other keys. If it is the last managing key, keys can only be managed in the provider’s web console',
  ],
];

/** How Requesty will probably answer. Nothing here stops a call. */
export const forecast = (self: boolean, facts: Facts): readonly string[] =>
  FORECASTS.filter(([applies]) => applies(self, facts)).map(([, sentence]) => sentence);

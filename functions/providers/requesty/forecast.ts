import type { Facts } from '../../core/answer.ts';

const LACKS = 'has not the permission manage: write, so Requesty will likely refuse the call';

/** Each rule that the facts may run into, with the sentence for it. */
const FORECASTS: readonly (readonly [(self: boolean, facts: Facts) => boolean, string])[] = [
  [
    (self, { manage }) => self && manage !== undefined && manage !== 'write',
    `This key ${LACKS}; a managing key can make it, or the web page`,
  ],
  [
    (self, { signerManage }) => !self && signerManage !== undefined && signerManage !== 'write',
    `The managing key ${LACKS}; another managing key can make it, or the web page`,
  ],
  [
    (_self, { manage }) => manage === 'write',
    'This key manages others; if it is the last that does, only the web page is left to manage keys',
  ],
];

/** What can be said beforehand of how Requesty will answer. Nothing here stands in a call's way. */
export const forecast = (self: boolean, facts: Facts): readonly string[] =>
  FORECASTS.filter(([applies]) => applies(self, facts)).map(([, sentence]) => sentence);

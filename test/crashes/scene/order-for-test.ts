import { KEY, REQUEST_ID, START } from '../../laws/evidence-for-test.ts';
import type { SentOrder } from './traces.ts';

/** A delete of a Kalshi key, signed with that same key. */
export const ORDER: SentOrder = {
  n: 1,
  name: 'kalshi/delete-key by its own key',
  recipe: { provider: 'kalshi', operation: 'delete-key', signer: 'own', target: 'self', ends: ['revoked'] },
  provider: 'kalshi',
  world: 'prod',
  keyId: KEY,
  signerId: KEY,
  stored: [],
  body: {},
  sentAt: START,
  dueAt: START,
  isUrgent: false,
  isSentTwice: false,
  requestIds: [REQUEST_ID],
};

import type { State } from './make.ts';
import {
  KALSHI_BY_ITSELF,
  MASTER_BY_ITSELF,
  MASTER_UPDATE,
  REQUESTY_BY_ITSELF,
  SUB_BY_MASTER,
  SUB_UPDATE,
  WAYS,
} from './ways.ts';

/** Messages as they lie on the queue before anything is stored, and requests that no key was touched for. */
export const MESSAGES: readonly State[] = [
  {
    name: 'sent',
    about: 'The request lies on the queue, and nothing is stored of it.',
    ways: WAYS,
    make: ({ ask }) => ask(),
  },
  {
    name: 'sent without an id',
    about: 'The sender gave the request no id: it is named for its message.',
    ways: [MASTER_BY_ITSELF],
    make: ({ ask }) => ask(undefined, { requestId: undefined }),
  },
  {
    name: 'sent without an id, claimed',
    about: 'The same, claimed under the id of its message.',
    ways: [SUB_BY_MASTER],
    make: async ({ ask, until }) => {
      ask(undefined, { requestId: undefined });
      await until({ at: { step: 'call', when: 'before' } });
    },
  },
  {
    name: 'sent by the bus',
    about: 'The rule of the bus hands the whole event over.',
    ways: [KALSHI_BY_ITSELF],
    make: ({ send, way }) =>
      send({
        version: '0',
        id: 'one',
        'detail-type': 'Key Revocation Requested',
        source: 'secret-scanner',
        account: '123456789012',
        time: '2026-11-20T09:59:58Z',
        region: 'us-east-1',
        resources: [],
        detail: way.request,
      }),
  },
  {
    name: 'sent by the bus, called',
    about: 'An event’s request; the function ended when its call was carried out.',
    ways: [REQUESTY_BY_ITSELF],
    make: async ({ send, way, until }) => {
      send({
        version: '0',
        id: 'one',
        'detail-type': 'Key Revocation Requested',
        source: 'secret-scanner',
        account: '123456789012',
        time: '2026-11-20T09:59:58Z',
        detail: way.request,
      });
      await until({ at: { step: 'call', when: 'after' } });
    },
  },
  {
    name: 'early, with every field',
    about: 'The request has every field that a sender may set, and waits for its time.',
    ways: [MASTER_BY_ITSELF, SUB_UPDATE],
    make: async ({ ask, deliver }) => {
      ask('one', {
        version: 1,
        secretVersion: 'AWSCURRENT',
        requestedBy: 'arn:aws:iam::123456789012:role/secops',
        reference: 'https://tickets.example/INC-2041',
        notBefore: '2026-11-20T14:00:00+02:00',
        expectedEnvironment: 'mainnet',
        dryRun: false,
      });
      await deliver();
    },
  },
  {
    name: 'plan, claimed',
    about: 'A dry run; the function ended when it was pinned.',
    ways: [MASTER_BY_ITSELF, REQUESTY_BY_ITSELF],
    make: async ({ ask, until, way }) => {
      ask('one', { dryRun: true });
      await until({ at: { step: 'probe', when: 'before', nth: way.identifies + 1 } });
    },
  },
  {
    name: 'plan, receipt stored',
    about: 'A dry run; the function ended before it published what it had planned.',
    ways: [SUB_BY_MASTER, MASTER_UPDATE],
    make: async ({ ask, until }) => {
      ask('one', { dryRun: true });
      await until({ at: { step: 'outbox.publish', when: 'before' } });
    },
  },
  {
    name: 'plan, over',
    about: 'A dry run is over; the real request comes later under the same id.',
    ways: [MASTER_BY_ITSELF, SUB_BY_MASTER],
    make: async ({ ask, drain }) => {
      ask('one', { dryRun: true });
      await drain();
    },
    next: (way) => [{ minutes: 60 }, { send: { ...way.request, requestId: 'one' } }],
  },
  {
    name: 'observed',
    about: 'The mode is observe: the request was planned for, and the function ended before it published that.',
    ways: [MASTER_BY_ITSELF],
    config: { mode: 'observe' },
    make: async ({ ask, until }) => {
      ask();
      await until({ at: { step: 'outbox.publish', when: 'before' } });
    },
  },
];

import type { SetUp } from '../deployment/context.ts';

/** What the help shows of a command, and where the rest of the command is. */
export interface CommandRow {
  readonly does: string;
  /** Command lines without the program's name. */
  readonly examples: readonly string[];
  /** Reads the rest: a command line pays only for the command that it calls. */
  load(): Promise<SetUp>;
}

const SUB_KEY = 'bybit/delete-sub-key --secret key-revoker/bybit/desk-7-master --target SUBKEYexample00001';
const BOT = 'kalshi/delete-key --secret key-revoker/kalshi/bot --target self';

/** Every command, in the order in which the help shows them. */
export const COMMANDS: Readonly<Record<string, CommandRow>> = {
  find: {
    does: 'find the secret whose key that is, and tell who can delete the key',
    examples: ['find a952…608c', 'find - < leaked.txt'],
    load: async () => (await import('./find.ts')).setUpFind,
  },
  kill: {
    does: 'find a key, plan its deletion, ask, send the request and follow it',
    examples: [
      'kill a952bcbe-ec3b-4b5b-b8f9-11dae589608c --leaked --reference INC-2041',
      'kill - --leaked --yes --wait < leaked.txt',
    ],
    load: async () => (await import('./kill.ts')).setUpKill,
  },
  request: {
    does: 'send a request to delete or restrict a key',
    examples: [
      `request ${SUB_KEY} --sub-member-id 100400345 --reason leaked --wait --yes`,
      `request ${BOT} --reference INC-2041 --wait confirmed --yes`,
    ],
    load: async () => (await import('./request.ts')).setUpRequest,
  },
  plan: {
    does: 'show what a request would do; touches no key',
    examples: [`plan ${SUB_KEY} --sub-member-id 100400345`],
    load: async () => (await import('./request.ts')).setUpPlan,
  },
  status: {
    does: 'show the result of a request or the state of a key; without a name, show what is open',
    examples: ['status', 'status INC-2041-desk-7', 'status a952…608c'],
    load: async () => (await import('./status.ts')).setUpStatus,
  },
  receipts: {
    does: 'show requests that have ended, and how long they took',
    examples: [
      'receipts --since 30d -o csv',
      'receipts --reference INC-2041',
      'receipts --query "receipts[?state!=\'dead\'].key"',
      'receipts show INC-2041-desk-7',
    ],
    load: async () => (await import('./receipts/index.ts')).setUpReceipts,
  },
  report: {
    does: 'make a report on all requests with a reference: keys, timelines, receipts, and what is left to do',
    examples: ['report --reference INC-2041 --out INC-2041.html', 'report --reference INC-2041 --format md'],
    load: async () => (await import('./report.ts')).setUpReport,
  },
  list: {
    does: 'show the secrets under the prefix: the key in each, when it expires, and its state',
    examples: ['list', 'list --older-than 90d -o csv'],
    load: async () => (await import('./list.ts')).setUpList,
  },
  schedule: {
    does: 'send a request at a future time',
    examples: [
      `schedule ${BOT} --at 2099-03-31T18:00:00+02:00 --request-id offboarding-bot --yes`,
      'schedule list',
      'schedule cancel offboarding-bot',
    ],
    load: async () => (await import('./schedule.ts')).setUpSchedule,
  },
  incident: {
    does: 'delete many keys: show them, ask for their number, and follow each to its end',
    examples: ['incident --provider bybit --name-prefix key-revoker/bybit/desk-7 --reference INC-2041'],
    load: async () => (await import('./incident.ts')).setUpIncident,
  },
  stuck: {
    does: 'handle requests that ended stuck or refused',
    examples: [
      'stuck list --code malformed',
      'stuck show 1',
      'stuck redrive 1 --wait --yes',
      'stuck forget INC-2041-desk-7 --by alex --reason "deleted in the web console" --yes',
      'stuck forget --code malformed --by alex --reason "no requests" --yes',
    ],
    load: async () => (await import('./stuck/index.ts')).setUpStuck,
  },
  limit: {
    does: 'show, raise or reset the hourly limits of calls',
    examples: [
      'limit show',
      'limit raise --provider bybit --urgent 5000 --for 2h --reason INC-2041 --yes',
      'limit reset --provider bybit --reason "INC-2041 is over"',
    ],
    load: async () => (await import('./limit.ts')).setUpLimit,
  },
  pause: {
    does: 'hold back every request, including those of expiry tags; requests under way continue',
    examples: ['pause --reason "the provider is migrating" --by alex'],
    load: async () => (await import('./pause.ts')).setUpPause,
  },
  resume: {
    does: 'let requests continue',
    examples: ['resume'],
    load: async () => (await import('./pause.ts')).setUpResume,
  },
  doctor: {
    does: 'check that every secret opens, and that its key is alive and can do what its tags ask; touches no key',
    examples: ['doctor', 'doctor --name-prefix key-revoker/bybit/ -o json'],
    load: async () => (await import('./doctor.ts')).setUpDoctor,
  },
  console: {
    does: 'show on a page what is going on: keys, requests, receipts; read only, for this machine only',
    examples: ['console', 'console --port 8080'],
    load: async () => (await import('./console.ts')).setUpConsole,
  },
  contexts: {
    does: 'show the deployments that the configuration file names',
    examples: ['contexts', 'status --context production'],
    load: async () => (await import('./contexts.ts')).setUpContexts,
  },
};

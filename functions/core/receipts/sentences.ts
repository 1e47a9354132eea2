import type { SettleFinding, Settling } from '../ledger/case-item.ts';
import {
  type FinalOutcome,
  type OutcomeName,
  type PassesBy,
  passesBy,
  type RetryCode,
  type StuckOutcome,
} from '../outcome.ts';
import { MINUTE_MS } from '../timing.ts';

interface Words {
  /** What happened. */
  readonly what: string;
  /** What a person does next. Empty if nothing is left to do. */
  readonly next: string;
}

const say = (what: string, next = ''): Words => ({ what, next });

/** What each outcome tells a person: what happened, and what to do next. */
const WORDS: Readonly<Record<FinalOutcome, Words>> = {
  revoked: say('The key is gone: two probes after our delete, some seconds apart, did not find it'),
  'already-revoked': say('The key is gone: it was gone before any call of this request took effect'),
  restricted: say('The key is restricted: two reads confirm what was asked for, and nothing is wider than before'),
  planned: say('Nothing was changed: this is a plan'),
  withdrawn: say('Nothing was changed: the expiry tag was moved to a later date or removed before it was due'),
  'stuck/permission-missing': say(
    'The provider refused the call: the signing key lacks the permission',
    'Send a new request, signed with a key that has the permission (for a Bybit sub key its master key, for Requesty a key with manage: write), or delete the key in the provider’s web console',
  ),
  'stuck/ip-not-allowed': say(
    'The provider refused the call: our address is not on the signing key’s list',
    'Call from an address on that list, sign with another key, or delete the key in the provider’s web console',
  ),
  'stuck/credential-refused': say(
    'The provider refused the signing credential',
    'Store the right credential for the signing key and redrive, or send a new request signed with another key',
  ),
  'stuck/credential-missing': say(
    'The credential is not in Secrets Manager',
    'Restore or store the secret and redrive, or delete the key in the provider’s web console',
  ),
  'stuck/access-denied': say(
    'AWS denies this system a secret that the request needs, or the KMS key of the secret',
    'Grant what is missing and redrive, or delete the key in the provider’s web console',
  ),
  'stuck/not-recognised': say(
    'The provider does not know the key, and this system has never seen the key alive there, so nothing proves that it ever existed',
    'Check the key’s identifier, its environment and the signing key. If all three are right, look in the provider’s web console',
  ),
  'stuck/wrong-environment': say(
    'The provider does not know the key in this environment, and nothing was deleted in the key’s own environment',
    'Correct the environment in the credential and redrive',
  ),
  'stuck/wrong-account': say(
    'The key belongs to a different account than the signing key',
    'Sign with a key of the account that owns the key, or correct subMemberId',
  ),
  'stuck/expired-renewable': say(
    'The key has expired but is not deleted: anyone with access to the account can renew it with the same secret',
    'Delete the key with its master key or in the provider’s web console',
  ),
  'stuck/only-in-web-ui': say(
    'The provider does not offer this through its API',
    'Do it in the provider’s web console',
  ),
  'stuck/region-refused': say(
    'The provider refuses calls from our region',
    'Deploy in a permitted region, or use the environment of that region',
  ),
  'stuck/account-restricted': say(
    'The provider has restricted the account',
    'Contact the provider, and delete the key in its web console',
  ),
  'stuck/attestation-lapsed': say(
    'The account’s location attestation has lapsed',
    'Verify the location with the provider, then redrive',
  ),
  'stuck/request-rejected': say(
    'The provider rejected the request as invalid',
    'Check the target and the settings against the evidence, then send a new request',
  ),
  'stuck/signer-gone': say(
    'The managing key has itself been revoked',
    'Send a new request, signed with another managing key',
  ),
  'stuck/no-effect': say(
    'Five calls had no effect: the key is still alive',
    'Delete the key in the provider’s web console, and report it to the provider',
  ),
  'stuck/limit': say(
    'The hourly limit of calls held the request back until its time ran out',
    'Raise the limit for a time and redrive',
  ),
  'stuck/unproven': say(
    'The key could not be proved gone: treat it as alive',
    'Look in the provider’s web console. If the key is listed, delete it there',
  ),
  'refused/malformed': say('The message is not a valid request', 'Correct the message and send it again'),
  'refused/secret-in-message': say(
    'The message contained what looks like a secret. The message was not acted on, and the value was removed',
    'Revoke that credential too, and send the request again with a secretId in place of the value',
  ),
  'refused/outside-prefix': say(
    'The secret is outside the prefix, the account or the region that this system may read',
    'Store the credential under the prefix, in the account and region of this system',
  ),
  'refused/credential-unreadable': say(
    'The secret does not contain a credential of this provider',
    'Store the credential in the documented form and redrive',
  ),
  'refused/target-missing': say(
    'The request names no target',
    'Send the request again with target "self", or with the key to revoke',
  ),
  'refused/target-mismatch': say('This operation cannot act on the target', 'Correct the target or the operation'),
  'refused/wrong-signer': say(
    'The signing key is the wrong kind for this operation',
    'Sign with a key that the operation accepts',
  ),
  'refused/would-widen': say(
    'The update would let the key do more than it may now',
    'Ask only for what the key may do now',
  ),
  'refused/would-become-undeletable': say(
    'The update would remove the last permission that lets the key delete itself',
    'Delete the key instead, or set acceptUndeletable',
  ),
  'refused/would-blind': say(
    'The update would shut out the address that we probe from',
    'Add one of the egressAddresses to ips',
  ),
  'refused/request-id-reused': say(
    'The requestId was already used with other fields',
    'Send the request again with a new requestId',
  ),
  'refused/tag-unreadable': say('The expiry tags cannot be read', 'Correct the tags. The next sweep reads them again'),
  'refused/version-not-meant': say(
    'The secret’s version is newer than the expiry tag, so the tag was not meant for the key in it',
    'Set key-revoker:version, or a new date in key-revoker:expires-at',
  ),
  'refused/environment-mismatch': say(
    'The key’s environment is not the expected one',
    'Correct expectedEnvironment or the secret',
  ),
  'refused/provider-off': say(
    'The provider is switched off in this deployment',
    'Add the provider to the construct’s providers, deploy, and redrive',
  ),
  'refused/too-far': say(
    'notBefore is further ahead than a queue keeps messages',
    'Create a one-time schedule, or tag the secret with an expiry date',
  ),
};

const WAITS: Readonly<Record<RetryCode, string>> = {
  'no-reply': 'the provider has not answered',
  'rate-limited': 'the provider is limiting our rate',
  'provider-down': 'the provider is down',
  'aws-down': 'an AWS service did not answer',
  'clock-skew': 'the provider does not accept our clock',
  unrecognised: 'the provider gave an undocumented answer, or a cache answered in its place',
  'not-yet-proved': 'the key is not proved gone yet',
  'in-progress': 'another request is working on the same key',
  'signer-still-needed': 'the key is still needed to sign for an open case',
  limit: 'the limit of calls for this hour is reached',
  early: 'the request is not due yet',
  paused: 'an operator has paused the system',
  'refused-for-now':
    'the provider refuses a key that the request needs, or AWS denies its secret, and that may still pass by itself',
};

/** What happened, the details of this case, and what to do next, in plain sentences. */
export const sentence = (outcome: FinalOutcome, why = ''): string => {
  const { what, next } = WORDS[outcome];
  return [what, why, next].filter((part) => part !== '').join('. ');
};

/** What a person does about an end. Empty if nothing is left to do. */
export const adviceFor = (outcome: FinalOutcome): string => WORDS[outcome].next;

/**
 * What a receipt asks a person to do, as its message ends. Empty if nothing is left to do, or if the receipt only says that the request
 * waits. */
export const adviceIn = ({
  outcome,
  code,
  wouldEnd = `${outcome}/${code}`,
}: {
  readonly outcome: OutcomeName;
  readonly code: string | null;
  readonly wouldEnd?: string;
}): string => {
  // An outcome without a code leaves nothing to do.
  return Object.hasOwn(WORDS, wouldEnd) ? adviceFor(wouldEnd as FinalOutcome) : '';
};

const CONTROL_TELLS = 'A control key of the account would tell the two apart at once';

/**
 * For a receipt while the request is still open.
 *
 * @param absentSince since when the provider has answered that it does not know the key; RFC 3339. Only `not-yet-proved` waits for that
 * @param isControlled another key of the account was accepted meanwhile
 */
export const waiting = (code: RetryCode, absentSince?: string, isControlled = false): string => {
  const isAbsent = absentSince !== undefined && code === 'not-yet-proved';
  const stands = isAbsent
    ? `the provider has not known the key since ${absentSince}, but that could still be an outage`
    : WAITS[code];
  const remedy = isAbsent && !isControlled ? `. ${CONTROL_TELLS}` : '';
  return `Not done yet: ${stands}${remedy}. The request continues by itself. Treat the key as alive until the final receipt`;
};

/** What a finding tells a person, unless it confirms. */
const FOUND: Readonly<Record<Exclude<SettleFinding['outcome'], 'confirmed'>, Words>> = {
  'unconfirmed/no-control': say(
    'The key is gone, but this is not confirmed: no call was accepted, and no other key of the account was accepted meanwhile. An outage would look the same',
    'Look in the provider’s web console. A managing key in the request, or a control key of the account, would have told the two apart',
  ),
  'unconfirmed/no-answer': say(
    'The end is not confirmed: the provider gave no verdict until the time for it was over',
    'Look in the provider’s web console',
  ),
  'unconfirmed/signer-gone': say(
    'The end is not confirmed: the managing key has itself been revoked, and no other key can ask',
    'Look in the provider’s web console. Next time, revoke the managing key after `confirmed`',
  ),
  'unconfirmed/credential-missing': say(
    'The end is not confirmed: the credential was removed before the time for it was over',
    'Look in the provider’s web console. Next time, keep the secret until `confirmed`',
  ),
  'unconfirmed/access-denied': say(
    'The end is not confirmed: AWS denied this system the secret until the time for it was over',
    'Look in the provider’s web console, and grant what is missing',
  ),
  'unconfirmed/still-flapping': say(
    'The provider shows the key and does not show it, by turns: treat the key as alive',
    'Delete the key in the provider’s web console, and report it to the provider',
  ),
  'stuck/no-effect': say(
    'The provider accepts the delete each time, and the key comes back: treat the key as alive',
    'Delete the key in the provider’s web console, and report it to the provider',
  ),
  resurrected: say('The key is alive, although it had been found gone'),
  widened: say('The key may do more than was asked, although it had been found restricted'),
};

/** How long, as people say it. */
const inMinutes = (ms: number): string => `${Math.round(ms / MINUTE_MS)} minutes`;

const confirmedSentence = ({ as, triedKey, absences, windowMs, controlledBy }: Settling): string => {
  const over = `over ${inMinutes(windowMs)}`;
  if (as === 'restricted') return `Confirmed restricted: every reading ${over} showed what was asked for`;
  const beside = controlledBy ? ', while another key of the account was accepted' : '';
  return triedKey
    ? `Confirmed dead: refused ${absences} times ${over}${beside}`
    : `Confirmed gone: off the list ${over}${beside}. No one could try the key itself`;
};

/** What was found in a settle window, and what to do next. */
export const foundSentence = (settling: Settling, { outcome, why }: SettleFinding): string => {
  if (outcome === 'confirmed') return confirmedSentence(settling);
  const { what, next } = FOUND[outcome];
  return [what, why, next].filter((part) => part !== '').join('. ');
};

const RETRIED = 'So a request is retried for 15 minutes if it is urgent, and for an hour otherwise, before it ends so';

/** Why an end may pass by itself: in a plan, and in a receipt while the request is still open. */
export const MAY_PASS: Readonly<Record<PassesBy, { readonly plan: string; readonly now: string }>> = {
  outage: {
    plan: `An outage of the provider looks the same. ${RETRIED}`,
    now: 'That could still be an outage of the provider',
  },
  grant: {
    plan: `AWS takes some minutes to apply a new grant. ${RETRIED}`,
    now: 'AWS takes some minutes to apply a new grant',
  },
};

/**
 * For a receipt while an end may still pass by itself: what was refused or denied, until when the request is retried, and what a person can
 * do now.
 *
 * @param until RFC 3339
 * @param why the details of the end
 */
export const refusedForNow = (wouldEnd: StuckOutcome, until: string, why = ''): string => {
  const { what, next } = WORDS[wouldEnd];
  return [
    `Not done yet: ${what}`,
    ...(why === '' ? [] : [why]),
    `${MAY_PASS[passesBy(wouldEnd) ?? 'outage'].now}. The request is retried until ${until}, and then ends as ${wouldEnd}`,
    'Treat the key as alive until the final receipt',
    next,
  ].join('. ');
};

const IS_CONTROL = 'The key’s secret is tagged as a control key (key-revoker:control)';
const MAKE_ANOTHER = 'make another one, unless the secret holds it already';

/** What the delete of a control key means for its account: in a plan, and at the end. */
export const CONTROL_LOST = {
  plan: `${IS_CONTROL}. Afterwards the account lacks this control key: ${MAKE_ANOTHER}`,
  end: `${IS_CONTROL}. The account now lacks this control key: ${MAKE_ANOTHER}`,
} as const;

export const RESURRECTED =
  'The key is alive, although it had been found gone. Its case is open again. Find out who renewed or recreated the key';

export const WIDENED = `${FOUND.widened.what}. Its case is open again. Find out who changed the key`;

/** For a request that was carried out without words of its sender that looked like a secret. */
export const secretRemoved = (fields: string): string =>
  `What looked like a secret was removed from ${fields}, and is stored nowhere. Treat it as leaked if it was one`;

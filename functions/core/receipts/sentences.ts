import type { FinalOutcome, OutcomeName, RetryCode } from '../outcome.ts';

interface Words {
  /** What happened. */
  readonly what: string;
  /** What a person does next; empty where nothing is left to do. */
  readonly next: string;
}

const say = (what: string, next = ''): Words => ({ what, next });

/** What each outcome says to a person, and what to do next. */
const WORDS: Readonly<Record<FinalOutcome, Words>> = {
  revoked: say('The key is dead: after our call two probes, some seconds apart, found it gone'),
  'already-revoked': say('The key is dead: it was gone before a call of this request took effect'),
  restricted: say('The key is restricted: two re-reads show what was asked and nothing wider than before'),
  planned: say('Nothing was changed: this is a plan'),
  withdrawn: say('Nothing was changed: the expiry tag was moved later or taken away before its time'),
  'stuck/permission-missing': say(
    'The provider refused the call: the signing key lacks the permission',
    'Send the request again signed by a key that may (for a Bybit sub key its master, for Requesty a key with manage: write), or delete the key in the web page',
  ),
  'stuck/ip-not-allowed': say(
    'The provider refused us: our address is not in the signing key’s list',
    'Send from an address on that list, sign by another key, or delete the key in the web page',
  ),
  'stuck/credential-refused': say(
    'The provider refused the signing credential',
    'Store the right secret for the signing key, or sign by another key, and redrive',
  ),
  'stuck/credential-missing': say(
    'The credential is not in Secrets Manager',
    'Restore or store the secret and redrive, or delete the key in the web page',
  ),
  'stuck/not-recognised': say(
    'The provider does not know the key and this system has never seen it alive there, so nothing proves that it ever was',
    'Check the key’s identifier, its environment and the signing key; if it is right, look in the provider’s web page',
  ),
  'stuck/wrong-environment': say(
    'The provider does not know the key in this environment, and nothing was deleted where it is at home',
    'Correct the environment in the credential and redrive',
  ),
  'stuck/wrong-account': say(
    'The key belongs to another account than the signing key',
    'Sign by a key of the account that the key belongs to, or correct subMemberId',
  ),
  'stuck/expired-renewable': say(
    'The key has expired but is not deleted: whoever holds the account can renew it with the same secret',
    'Delete it by its master or in the web page',
  ),
  'stuck/only-in-web-ui': say('The provider lets nobody do this by API', 'Do it in the provider’s web page'),
  'stuck/region-refused': say(
    'The provider refuses the region that we call from',
    'Deploy in a permitted region, or use the region’s own environment',
  ),
  'stuck/account-restricted': say(
    'The provider has restricted the account',
    'Contact the provider, and delete the key in the web page',
  ),
  'stuck/attestation-lapsed': say(
    'The account’s location attestation has lapsed',
    'Verify the location with the provider, then redrive',
  ),
  'stuck/request-rejected': say(
    'The provider rejected the request as wrong',
    'Check target and settings against the evidence, then send a new request',
  ),
  'stuck/signer-gone': say('The managing key was itself revoked', 'Sign by another managing key'),
  'stuck/no-effect': say(
    'Five calls had no effect: the key still lives',
    'Delete the key in the web page and ask the provider',
  ),
  'stuck/limit': say(
    'The limit of calls for an hour was reached until the time was up',
    'Raise the limit for a time and redrive',
  ),
  'stuck/unproven': say(
    'The death of the key could not be proved: treat it as alive',
    'Look in the provider’s web page; delete it there if it is listed',
  ),
  'refused/malformed': say('The message is no request', 'Correct it and send it again'),
  'refused/secret-in-message': say(
    'The message carried what looks like a secret; it was not acted on and the value was removed',
    'Revoke that credential too, and send the request with a secretId in its place',
  ),
  'refused/outside-prefix': say(
    'The secret is outside the prefix that this system may open',
    'Store the credential under the prefix',
  ),
  'refused/credential-unreadable': say(
    'The secret does not hold a credential of this provider',
    'Store it in the documented shape and redrive',
  ),
  'refused/target-missing': say('The request names no target', 'Send it with "self" or with the key that has to die'),
  'refused/target-mismatch': say(
    'The target is not the key that this operation can act on',
    'Correct the target or the operation',
  ),
  'refused/wrong-signer': say(
    'The signing key is of the wrong kind for this operation',
    'Sign by the key that the operation wants',
  ),
  'refused/would-widen': say('The update would let the key do more than it may now', 'Ask for less than the key has'),
  'refused/would-become-undeletable': say(
    'The update would take the last permission with which the key can delete itself',
    'Delete the key instead, or set acceptUndeletable',
  ),
  'refused/would-blind': say(
    'The update would shut out the address that we probe from',
    'Add one of the egressAddresses to ips',
  ),
  'refused/request-id-reused': say(
    'The requestId was used before with other fields',
    'Send it with a requestId of its own',
  ),
  'refused/tag-unreadable': say(
    'The expiry tags cannot be read',
    'Correct the tag; the corrected tag makes a new order',
  ),
  'refused/version-not-meant': say(
    'The secret’s version is newer than the expiry tag, so the tag was not meant for its key',
    'Set key-revoker:version, or a new key-revoker:expires-at',
  ),
  'refused/environment-mismatch': say(
    'The key’s environment is not the expected one',
    'Correct expectedEnvironment or the secret',
  ),
  'refused/provider-off': say(
    'This provider is switched off here',
    'Switch it on in the construct’s providers, and redrive',
  ),
  'refused/too-far': say(
    'notBefore lies further ahead than a queue keeps messages',
    'Make a one-time schedule, or tag the secret with its expiry',
  ),
};

const WAITS: Readonly<Record<RetryCode, string>> = {
  'no-reply': 'the provider has not answered',
  'rate-limited': 'the provider limits our rate',
  'provider-down': 'the provider is down',
  'aws-down': 'an AWS service did not answer',
  'clock-skew': 'the provider refuses our clock',
  unrecognised: 'the provider answered in a way that is not documented',
  'not-yet-proved': 'the death is not proved yet',
  'in-progress': 'another request works on the same key',
  'signer-still-needed': 'the key still signs for an open case',
  limit: 'the limit of calls for this hour is reached',
  early: 'its time has not come',
};

/** What happened, what is particular to it, and what to do next, in plain sentences. */
export const sentence = (outcome: FinalOutcome, why = ''): string => {
  const { what, next } = WORDS[outcome];
  return [what, why, next].filter((part) => part !== '').join('. ');
};

/** What a person does about an end; empty where nothing is left to do. */
export const adviceFor = (outcome: FinalOutcome): string => WORDS[outcome].next;

/** What a receipt asks a person to do, as its message ends; empty where nothing is left to do or the end is no end. */
export const adviceIn = ({
  outcome,
  code,
}: {
  readonly outcome: OutcomeName;
  readonly code: string | null;
}): string => {
  // Where there is no code, there is nothing left to do.
  const end = `${outcome}/${code}`;
  return Object.hasOwn(WORDS, end) ? adviceFor(end as FinalOutcome) : '';
};

/**
 * For a receipt while the request is still open.
 *
 * @param absentSince since when the provider has answered as for a key that it does not know; RFC 3339. It is what a death waits for that
 *   is not proved yet; other waits have reasons of their own
 */
export const waiting = (code: RetryCode, absentSince?: string): string => {
  const stands =
    absentSince && code === 'not-yet-proved'
      ? `the provider has not known the key since ${absentSince}, which cannot be told from an outage yet`
      : WAITS[code];
  return `Not done yet: ${stands}. The request continues by itself; treat the key as alive until then`;
};

export const RESURRECTED =
  'The key is alive though its death was proved. Find out who renewed or re-made it; its case is open again';

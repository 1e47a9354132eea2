import { isObject } from '../json.ts';
import type { Ports } from '../ports.ts';
import { canonical } from '../request/canonical.ts';
import { parseRequest } from '../request/parse-request.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import { REMOVED } from '../request/secret-scan.ts';
import type { RequestItem } from './request-item.ts';

type Fields = Readonly<Record<string, unknown>>;
type Reading = Pick<Ports, 'digest' | 'providers'>;

/** What release 0.1.0 could read of a request, of its settings and of its target. No release changes this list. */
const KNOWN_TO_0_1_0: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...['version', 'provider', 'operation', 'secretId', 'secretVersion', 'target', 'settings', 'reason', 'requestId'],
    ...['requestedBy', 'reference', 'notBefore', 'expectedEnvironment', 'dryRun', 'look'],
  ],
  settings: ['readOnly', 'permissions', 'ips', 'acceptUndeletable'],
  target: ['apiKey', 'apiKeyId', 'secretId', 'secretVersion', 'subMemberId'],
};

const without = (fields: Fields, name: string): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name));

/** The request without one field of its own, or of its settings or its target. */
const lacking = (request: Fields, place: string, name: string): Fields =>
  place === '' ? without(request, name) : { ...request, [place]: without(request[place] as Fields, name) };

/** A request as today's schema reads it, with defaults filled in. What today's schema cannot read stays as it is. */
const readToday = ({ providers }: Pick<Ports, 'providers'>, request: Fields): RevocationRequest => {
  const read = parseRequest(providers, JSON.stringify(request));
  const found = read.kind === 'request' ? read.request : read.clean;
  return found ?? (request as unknown as RevocationRequest);
};

/** A stored request as today's schema reads it: an older release knew no default for a field that has one now. */
export const readAgain = (ports: Pick<Ports, 'providers'>, stored: RevocationRequest): RevocationRequest =>
  readToday(ports, { ...stored });

/**
 * A request as release 0.1.0 would have read it, where it could: without the later fields that only say their default. So the digest that
 * a later release writes is the one that 0.1.0 looks for after a rollback.
 */
const asIn010 = (ports: Pick<Ports, 'providers'>, request: RevocationRequest): Fields => {
  let kept: Fields = { ...request };
  for (const [place, known] of Object.entries(KNOWN_TO_0_1_0)) {
    const fields = place === '' ? kept : kept[place];
    const later = isObject(fields) ? Object.keys(fields).filter((name) => !known.includes(name)) : [];
    for (const name of later) {
      const shorter = lacking(kept, place, name);
      if (canonical(readToday(ports, shorter)) === canonical(readToday(ports, kept))) kept = shorter;
    }
  }
  return kept;
};

/** The digest that is stored: of a request's fields, without its id, in the form of release 0.1.0. */
export const digestOf = (ports: Reading, request: RevocationRequest): string =>
  ports.digest(canonical(without(asIn010(ports, request), 'requestId')));

/** Without the texts that the secret scan of this or of an earlier release has taken out. */
const withoutRemoved = (value: unknown): unknown => {
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name, part]) => name !== REMOVED && part !== REMOVED);
  return Object.fromEntries(kept.map(([name, part]) => [name, withoutRemoved(part)]));
};

/** What a request asks for, by today's schema. */
const meaningOf = (ports: Pick<Ports, 'providers'>, request: RevocationRequest): string =>
  canonical(withoutRemoved(without({ ...readAgain(ports, request) }, 'requestId')));

/**
 * Whether a stored request means the same as one that has come in: today's schema reads both, and all fields but the id are equal.
 *
 * @param asked as today's schema has read it
 */
export const isSameRequest = (
  ports: Reading,
  { digest, request: stored }: Pick<RequestItem, 'digest' | 'request'>,
  asked: RevocationRequest,
): boolean => {
  // Neither could be read, and the id is the same: in doubt the delete is sent.
  if (stored === undefined) return digest === '' || digest === digestOf(ports, asked);
  return digest === digestOf(ports, asked) || meaningOf(ports, stored) === meaningOf(ports, asked);
};

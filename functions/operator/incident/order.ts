import type { Ports } from '../../core/ports.ts';
import { providerNamed, type Settings } from '../../core/provider.ts';
import type { Receipt } from '../../core/receipt.ts';
import { canonical } from '../../core/request/canonical.ts';
import { parseRequest } from '../../core/request/parse-request.ts';
import type { RevocationRequest } from '../../core/request/revocation-request.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import type { Mark } from './mark.ts';

/** What every request of an incident says. */
export interface Incident {
  readonly reference: string;
  readonly requestedBy: string | undefined;
  /** Whether a key whose delete ended stuck is restricted by another signer. */
  readonly contain: boolean;
  /** Whether it is then made read-only as well. */
  readonly readOnly: boolean;
}

/** One request for one key of an incident. */
export interface IncidentOrder {
  readonly requestId: string;
  readonly request: RevocationRequest;
}

/** What orders are made with. */
type Ordering = Pick<Ports, 'digest' | 'providers'>;

/** What of a key an order does, and who signs it. */
interface Step {
  readonly operation: string;
  readonly signedBy: string | undefined;
  readonly settings?: Settings;
}

/** Named by what it is about and asks for, so that the same incident, run again, sends nothing twice and leaves nothing out. */
const idOf = ({ digest }: Ordering, incident: Incident, mark: Mark, { operation, settings }: Step): string => {
  const readOnly = settings?.['readOnly']; // absent, it leaves no trace in the text
  const named = { reference: incident.reference, arn: mark.arn, version: mark.versionId, operation, readOnly };
  return `incident-${digest(canonical(named))}`;
};

const orderOf = (ordering: Ordering, incident: Incident, mark: Mark, step: Step): IncidentOrder => {
  const { secret, versionId, provider } = mark;
  const { operation, signedBy, settings } = step;
  const requestId = idOf(ordering, incident, mark, step);
  const aimed =
    signedBy === undefined
      ? { secretId: secret, secretVersion: versionId, target: 'self' }
      : { secretId: signedBy, target: { secretId: secret, secretVersion: versionId } };
  const { reference, requestedBy } = incident;
  const body = { provider, operation, ...aimed, settings, reason: 'incident', reference, requestedBy, requestId };
  const parsed = parseRequest(ordering.providers, JSON.stringify(body));
  if (parsed.kind === 'refused') throw new Failure(EXIT.usage, `${parsed.message} (for ${secret})`);
  return { requestId, request: parsed.request };
};

/** The first order for a key. */
export const firstOrder = (ordering: Ordering, incident: Incident, mark: Mark): IncidentOrder =>
  orderOf(ordering, incident, mark, { operation: mark.operations[0] ?? '', signedBy: mark.signedBy });

/** A key that its managing key could not delete signs for itself. Read-only it may not even delete itself any more. */
const containedBy = (
  { providers }: Ordering,
  incident: Incident,
  { signedBy, provider }: Mark,
  done: readonly Receipt[],
): Step | undefined => {
  const last = done.at(-1);
  const containment = providerNamed(providers, provider)?.containment;
  const isStuck = last?.outcome === 'stuck' && last.operation === containment?.after;
  if (!incident.contain || containment === undefined || signedBy === undefined || !isStuck) return undefined;
  const settings = containment.settings(incident.readOnly);
  return { operation: containment.operation, signedBy: undefined, settings };
};

/**
 * What is sent for a key next, given the receipts of what was sent for it so far.
 *
 * @returns `undefined` where nothing more is to be done
 */
export const nextOrder = (
  ordering: Ordering,
  incident: Incident,
  mark: Mark,
  done: readonly Receipt[],
): IncidentOrder | undefined => {
  const last = done.at(-1);
  if (last === undefined) return firstOrder(ordering, incident, mark);
  const other = mark.operations[done.length];
  if (last.outcome === 'refused' && last.code === 'wrong-signer' && other !== undefined)
    return orderOf(ordering, incident, mark, { operation: other, signedBy: mark.signedBy });
  const contained = containedBy(ordering, incident, mark, done);
  return contained && orderOf(ordering, incident, mark, contained);
};

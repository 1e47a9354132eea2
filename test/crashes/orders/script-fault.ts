import { FAULT_TABLE, SANDBOX_OF, type Sandbox, type SandboxName } from '../../../infra/local/sandbox/index.ts';
import { type Random, whole } from '../chance/random.ts';

/** One that never answers would be waited for in earnest; one that does what it was too busy for makes a death look like nobody's doing. */
const FAULTS = FAULT_TABLE.filter(
  ({ fault, name }) => !['hang', 'hangAfter', 'delay'].includes(fault.kind) && !/^429.*, applied$/.test(name),
);
/** So many orders meet one fault of their provider's. */
const ONE_IN = 4;

/** Has a provider fail once at some exchange that a key signs, or never. @returns how, in words; empty for never */
export const scriptFault = (
  { faults }: Pick<Sandbox, 'faults'>,
  provider: SandboxName,
  keyId: string,
  random: Random,
): string => {
  const row = FAULTS[whole(random, FAULTS.length * ONE_IN)];
  if (row === undefined) return '';
  const method = whole(random, 2) === 0 ? 'GET' : SANDBOX_OF[provider].cast.callMethod;
  faults.script({ match: { method, keyId }, fault: row.fault });
  return `its ${method} ${row.name}`;
};

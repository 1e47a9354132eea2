import type { CaseItem } from '../../../functions/core/ledger/case-item.ts';
import type { RequestItem } from '../../../functions/core/ledger/request-item.ts';
import type { Ports } from '../../../functions/core/ports.ts';
import { type Happening, inCase, inRequest, type Noted } from './happening.ts';
import type { OpenStage } from './stage.ts';

/** Milliseconds that are left of the lease of that key. */
const leaseLeft = async ({ ledger, clock }: Ports, pk: string | undefined): Promise<number> => {
  const held = pk === undefined ? undefined : await ledger.read<CaseItem>({ pk, sk: 'case' });
  return (held?.lease?.until ?? 0) - clock.now();
};

/** The same ports, with whatever goes through them noted in its order. */
export const noting = (ports: Ports, { sandbox, truth }: OpenStage, happened: Happening[]): Ports => {
  const { clock, ledger, outbox, digest } = ports;
  const cases = new Map<string, string>();
  const note = (...steps: readonly Noted[]): void => {
    happened.push(...steps.map((step) => ({ ...step, at: clock.now() }) as Happening));
  };
  const keyOf = (hash: string | undefined): string =>
    sandbox.keyIds().find((id) => `sha256:${digest(id)}` === hash) ?? '';

  const write: Ports['ledger']['write'] = async (key, item, isNew) => {
    const before = await ledger.read(key);
    const isWritten = await ledger.write(key, item, isNew);
    if (!isWritten || before?.rev === item.rev) return isWritten;
    const [kind] = key.pk.split('#');
    if (kind === 'request') note(...inRequest(before as RequestItem | undefined, item as RequestItem));
    if (kind === 'case') {
      cases.set((item as CaseItem).keyId, key.pk);
      note(...inCase(before as CaseItem | undefined, item as CaseItem, truth, clock.now()));
    }
    return true;
  };

  const living = (): readonly string[] => sandbox.keyIds().filter((id) => truth(id).isAlive);

  const ask: Ports['send'] = (call, until) => {
    const alive = living();
    const reply = ports.send(call, until);
    const { seq = 0, keyId: by = '', host = '' } = sandbox.record.at(-1) ?? {};
    note({ step: 'asked', by, host, living: alive, isList: sandbox.listings.has(seq), seq });
    return reply;
  };

  const send: Ports['send'] = async (call, until) => {
    if (call.method === 'GET') return ask(call, until);
    const text = `${call.path} ${call.body ?? ''}`.toLowerCase();
    const named = sandbox.keyIds().filter((id) => text.includes(id.toLowerCase()));
    const left = await leaseLeft(ports, cases.get(named[0] ?? '') ?? [...cases.values()].at(-1));
    const alive = living();
    const reply = ports.send(call, until);
    const seq = sandbox.record.length;
    const meant = named.length > 0 ? named : [sandbox.record[seq - 1]?.keyId ?? ''];
    note({ step: 'called', meant, isAlive: meant.some((id) => alive.includes(id)), left, seq });
    return reply;
  };

  return {
    ...ports,
    ledger: { ...ledger, write },
    send,
    outbox: {
      ...outbox,
      enqueue: async (body, attributes, seconds, lane) => {
        await outbox.enqueue(body, attributes, seconds, lane);
        const { requestId, attempt } = attributes;
        if (JSON.parse(body).look !== true) note({ step: 'resent', work: `${requestId}#${attempt}` });
      },
      publish: async (receipt) => {
        await outbox.publish(receipt);
        const { receiptId: work, final } = receipt;
        const key = keyOf(receipt.key?.digest);
        note(final ? { step: 'published', work, receipt } : { step: 'told', receipt, key, truth: truth(key) });
      },
      setAside: async (body, attributes) => {
        await outbox.setAside(body, attributes);
        const { dryRun } = JSON.parse(body);
        const { requestId, attempt, code } = attributes;
        // A message whose id is taken is kept under an id of its own, never as a plan.
        const plan = dryRun === true && code !== 'request-id-reused' ? '#plan' : '';
        note({ step: 'copied', work: `${requestId}${plan}#${attempt}` });
      },
    },
  };
};

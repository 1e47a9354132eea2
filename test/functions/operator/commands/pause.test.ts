import { describe, expect, it } from 'vitest';
import { LANES } from '../../../../functions/core/lane.ts';
import { MINUTE_MS } from '../../../../functions/core/timing.ts';
import { KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { systemForEachTest } from '../../../whole/system/system.ts';
import { commandLine } from '../command-line.ts';
import { switchMapping } from '../switch-mapping.ts';

const KALSHI = ['kalshi/delete-key', '--secret', SECRETS.kalshiManager, '--target', KEYS.kalshiKey];
const DUE = { 'key-revoker:provider': 'requesty', 'key-revoker:operation': 'delete-key' };

describe('pause and resume', () => {
  const system = systemForEachTest();
  const piped = commandLine(system, { environment: { USER: 'alex' } });

  it('hold back what is sent and what is due, and let it continue', async () => {
    await seedKeys(system());
    await system().tag(SECRETS.requestyManager, { 'key-revoker:expires-at': '2026-11-20T10:01:00Z', ...DUE });
    await system().sweep();
    await system().purge();
    const paused = await piped('pause', '--reason', 'provider is migrating');
    expect([paused.exit, paused.out]).toEqual([
      0,
      ['Paused by alex (provider is migrating): no request starts until resume. The queues are empty'],
    ]);
    expect(paused.shown).toContain('The event source mapping is Disabling');
    const sent = await piped('request', ...KALSHI, '--yes');
    expect(sent.told.at(-1)).toBe(
      'Requests are paused by alex (provider is migrating): this request waits until resume',
    );
    await system().settle();
    system().advance(3_600_000);
    expect((await system().sweep()).sent).toBe(0);
    expect(system().receipts()).toEqual([]);
    const again = await piped('pause', '--reason', 'another', '--by', 'kim', '--json');
    expect(JSON.parse(again.out.join('\n'))).toMatchObject({
      paused: true,
      pausedAt: expect.stringMatching(/^2026-11-20T10:0/),
      by: 'alex',
      waiting: 1,
    });
    const resumed = await piped('resume');
    expect([resumed.exit, resumed.out]).toEqual([
      0,
      [
        expect.stringMatching(
          /^Resumed after \d+ m: a message that was delivered meanwhile comes back within 15 minutes\. About 1 on the queues, including later checks of dead keys$/,
        ),
      ],
    ]);
    await system().sweep();
    await system().settle();
    expect(
      system()
        .receipts()
        .map(({ outcome }) => outcome),
    ).toEqual(['revoked', 'revoked']);
  });

  it('are for every lane', async () => {
    const { mappings, outputs } = system().deployment;
    const queues = ['RequestsQueueUrl', 'UrgentQueueUrl', 'RechecksQueueUrl'].map((name) => outputs[name]);
    const lanes = mappings.filter(({ queueUrl }) => queues.includes(queueUrl));
    const areOn = () => lanes.map(({ id }) => system().aws.mappings.isEnabled(id));
    expect(areOn()).toEqual([true, true, true]);
    await piped('pause', '--reason', 'provider is migrating');
    expect(areOn()).toEqual([false, false, false]);
    await piped('resume');
    expect(areOn()).toEqual([true, true, true]);
  });

  it('hold back what a deployment lets through, until they end by themselves', async () => {
    await seedKeys(system());
    await piped('pause', '--reason', 'provider is migrating');
    // A deployment has the mappings as the template says: switched on.
    for (const lane of LANES) await switchMapping(system(), lane, true);
    const own = { operation: 'delete-key', target: 'self' };
    await system().send({ ...own, provider: 'requesty', secretId: SECRETS.requestyManager });
    await piped('request', ...KALSHI, '--reason', 'leaked', '--yes');
    expect([await system().deliver(), await system().deliver(), await system().deliver()]).toEqual([true, true, false]);
    const asked = () => [system().kalshi, system().requesty].flatMap(({ record }) => record).length;
    expect([asked(), system().receipts()]).toEqual([0, []]);
    await piped('resume');
    expect([await system().deliver(), asked()]).toEqual([false, 0]);
    system().advance(15 * MINUTE_MS);
    await system().settle();
    expect(
      system()
        .receipts()
        .map(({ outcome }) => outcome),
    ).toEqual(['revoked', 'revoked']);
  });

  it('change nothing that is so already', async () => {
    const resumed = await piped('resume');
    expect([resumed.exit, resumed.out]).toEqual([0, ['Resumed. The queues are empty']]);
    await piped('pause', '--reason', 'one');
    expect((await piped('pause', '--reason', 'two')).out[0]).toMatch(/^Paused since 2026-\S+ by alex \(one\)/);
    expect((await piped('pause')).exit).toBe(2);
  });

  it('say so where Lambda does not come to it', async () => {
    const faults = system().aws.faults;
    const hanging = commandLine(system, {
      meanwhile: async () =>
        // Three mappings are asked, each three times.
        faults.add({ service: 'lambda', action: 'GetEventSourceMapping', kind: 'throttle', times: 9 }),
    });
    const { exit, told } = await hanging('pause', '--reason', 'one');
    expect([exit, told]).toEqual([
      1,
      ['Cannot read the event source mapping: TooManyRequestsException; AWS limits the rate of calls. Try again'],
    ]);
    expect(await system().ledger()).toContain('"pausedAt"');
  });
});

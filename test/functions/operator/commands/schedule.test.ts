import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { describe, expect, it } from 'vitest';
import { listSchedules } from '../../../../functions/operator/requests/schedules.ts';
import { deadKeys, KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { systemForEachTest } from '../../../whole/system/system.ts';
import { ADMINISTRATOR, commandLine } from '../command-line.ts';

const KALSHI = ['kalshi/delete-key', '--secret', SECRETS.kalshiManager, '--target', KEYS.kalshiKey];

describe('schedule', () => {
  const system = systemForEachTest();
  const piped = commandLine(system);

  it('sends a request once, at its time, as the role that the schedule names', async () => {
    await seedKeys(system());
    const words = ['--at', '2026-11-20T18:00:00+02:00', '--request-id', 'S-1', '--yes'];
    const { exit, out, told } = await piped('schedule', ...KALSHI, ...words);
    expect([exit, out]).toEqual([0, ['Scheduled: S-1 at 2026-11-20T16:00:00.000Z']]);
    expect(told).toContain('  not before  2026-11-20T16:00:00.000Z');
    system().advance(6 * 3_600_000 - 1);
    await system().aws.schedules.deliverDue();
    expect(await system().waiting()).toEqual([]);
    system().advance(1);
    await system().aws.schedules.deliverDue();
    await system().settle();
    expect(deadKeys(system())).toEqual([KEYS.kalshiKey]);
    expect(system().receipts()).toMatchObject([
      { requestId: 'S-1', outcome: 'revoked', times: { dueAt: '2026-11-20T16:00:00.000Z' } },
    ]);
    expect((await piped('schedule', 'list')).out).toEqual(['Nothing is scheduled']);
  });

  it('is told to be on time, to the minute that AWS knows, and to be gone then', async () => {
    const at = ['--at', '2026-11-20T18:00:30+02:00', '--request-id', 'S-2', '--yes'];
    await piped('schedule', ...KALSHI, ...at);
    const group = system().deployment.outputs['ScheduleGroup'] ?? '';
    // A window that is not off, the stand-in for Scheduler refuses.
    expect(system().aws.schedules.find(group, 'S-2')).toMatchObject({
      ScheduleExpression: 'at(2026-11-20T16:00:30)',
      ActionAfterCompletion: 'DELETE',
      Target: { DeadLetterConfig: { Arn: expect.stringContaining('Undelivered') } },
    });
  });

  it('names the schedules that it cannot read', async () => {
    await piped('schedule', ...KALSHI, '--at', '2026-11-21T10:00:00Z', '--request-id', 'mine', '--yes');
    const { schedules } = system().aws;
    const group = system().deployment.outputs['ScheduleGroup'] ?? '';
    const { Target } = schedules.find(group, 'mine') ?? {};
    await new SchedulerClient({ credentials: ADMINISTRATOR }).send(
      new CreateScheduleCommand({
        Name: 'broken',
        GroupName: group,
        ScheduleExpression: 'at(2026-11-21T10:00:00)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: { Arn: Target?.Arn, RoleArn: Target?.RoleArn, Input: '{}' },
      }),
    );
    const { out, told } = await piped('schedule', 'list', '--json');
    expect(JSON.parse(out.join('\n'))).toMatchObject([{ requestId: 'mine' }]);
    expect(told).toEqual(['Not listed, since their message is not a valid request for one time: broken']);
  });

  it('fails where Scheduler names the same next page twice', async () => {
    const circle = { send: async () => ({ Schedules: [], NextToken: 'again' }) };
    await expect(listSchedules({ scheduler: circle, card: {} } as never)).rejects.toThrow(
      'Cannot list the schedules: AWS names the same next page twice',
    );
  });

  it('sends an urgent request to the urgent queue', async () => {
    const at = ['--at', '2026-11-20T18:00:00+02:00', '--request-id', 'S-3', '--reason', 'leaked', '--yes'];
    await piped('schedule', ...KALSHI, ...at);
    const group = system().deployment.outputs['ScheduleGroup'] ?? '';
    expect(system().aws.schedules.find(group, 'S-3')).toMatchObject({
      Target: { Arn: expect.stringContaining('Urgent') },
    });
    expect(JSON.parse((await piped('schedule', 'list', '--json')).out.join('\n'))).toMatchObject([
      { requestId: 'S-3' },
    ]);
    expect((await piped('schedule', 'cancel', 'S-3')).exit).toBe(0);
  });

  it('lists what is scheduled, the next one first, and not the clock of the sweep', async () => {
    await piped('schedule', ...KALSHI, '--at', '2027-03-01T00:00:00Z', '--request-id', 'later', '--yes');
    await piped('schedule', ...KALSHI, '--at', '2026-11-21T10:00:00Z', '--request-id', 'sooner', '--yes');
    const { exit, out } = await piped('schedule', 'list');
    expect(exit).toBe(0);
    expect(out).toHaveLength(4);
    expect(out.slice(2)).toEqual(
      [
        `sooner   2026-11-21 10:00  24 h  kalshi/delete-key  ${KEYS.kalshiKey}`,
        `later    2027-03-01 00:00  100 d  kalshi/delete-key  ${KEYS.kalshiKey}`,
      ].map((line) => expect.stringMatching(new RegExp(`^${line.replaceAll(/ +/g, ' +')}$`))),
    );
    const machine = JSON.parse((await piped('schedule', 'list', '--json')).out.join('\n'));
    expect(machine).toMatchObject([
      { requestId: 'sooner', at: '2026-11-21T10:00:00.000Z', request: { provider: 'kalshi' } },
      { requestId: 'later' },
    ]);
  });

  it.each([80, 160])('fits a terminal of %i columns', async (width) => {
    await piped('schedule', ...KALSHI, '--at', '2027-03-01T00:00:00Z', '--yes');
    const { out } = await commandLine(system, { width })('schedule', 'list');
    expect(Math.max(...out.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  it('takes one back', async () => {
    await piped('schedule', ...KALSHI, '--at', '2026-11-21T10:00:00Z', '--request-id', 'S-2', '--yes');
    const { exit, out } = await piped('schedule', 'cancel', 'S-2');
    expect([exit, out]).toEqual([0, ['Cancelled: S-2, which was due at 2026-11-21T10:00:00.000Z']]);
    system().advance(86_400_000);
    await system().aws.schedules.deliverDue();
    expect(await system().waiting()).toEqual([]);
    for (const name of ['S-2', 'no/name', 'RevocationSweepTickC6E9F4F6'])
      expect((await piped('schedule', 'cancel', name)).exit).toBe(4);
  });

  it('never takes the clock of the sweep for a request', async () => {
    const { name } = system().deployment.schedules[0] ?? {};
    const { exit } = await piped('schedule', 'cancel', name ?? '');
    expect([name, exit]).toEqual([expect.stringContaining('SweepTick'), 4]);
  });

  it('refuses what it cannot schedule', async () => {
    await piped('schedule', ...KALSHI, '--at', '2027-03-01T00:00:00Z', '--request-id', 'S-3', '--yes');
    const refusals: readonly (readonly [words: readonly string[], sentence: string])[] = [
      [['--at', 'tomorrow'], 'Cannot read --at: it must be RFC 3339 with a zone'],
      [['--at', '2026-11-20T10:00:59Z'], 'Cannot schedule for a time within the next minute: send a request instead'],
      [
        ['--at', '2027-03-01T00:00:00Z', '--request-id', 'a b'],
        'Cannot schedule under that request id: it must be 1 to 64',
      ],
      [['--at', '2027-03-01T00:00:00Z', '--request-id', 'S-3'], 'Cannot schedule S-3 again: a schedule with that name'],
      [[], "Required option '--at <instant>' not specified"],
    ];
    for (const [words, sentence] of refusals) {
      const { exit, told } = await piped('schedule', ...KALSHI, ...words, '--yes');
      expect([exit, told.at(words.length === 0 ? 0 : -1)]).toEqual([2, expect.stringContaining(sentence)]);
    }
    expect((await piped('schedule', ...KALSHI, '--at', '2027-03-01T00:00:00Z')).exit).toBe(2);
    expect(JSON.parse((await piped('schedule', 'list', '--json')).out.join('\n'))).toHaveLength(1);
  });
});

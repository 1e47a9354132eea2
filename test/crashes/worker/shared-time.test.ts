import { expect, it } from 'vitest';
import { sharedTime } from './shared-time.ts';

const never = async (): Promise<undefined> => undefined;

it('jumps from one awaited instant to the next, and stands while anybody works', async () => {
  const time = sharedTime(0, never);
  const seen: string[] = [];
  const working = Promise.withResolvers<void>();
  const note = (what: string) => seen.push(`${what} at ${time.now()}`);
  await time.work(async () => {
    void time.work(async () => {
      await time.until(30);
      note('slow');
    });
    void time.work(async () => {
      await time.until(10);
      note('quick');
      await working.promise;
      note('done');
      await time.until(20);
      note('again');
    });
  });
  await expect.poll(() => seen).toEqual(['quick at 10']);
  working.resolve();
  await expect.poll(() => seen).toEqual(['quick at 10', 'done at 10', 'again at 20', 'slow at 30']);
});

it('wakes who idles when something arrives, and says when nothing comes any more', async () => {
  let arrivals = [40];
  const time = sharedTime(0, async () => arrivals[0]);
  const taken: number[] = [];
  await time.work(async () => {
    while (await time.idle()) {
      taken.push(time.now());
      arrivals = [];
    }
  });
  expect(taken).toEqual([40]);
});

it('does not let an arrival that nobody waits for hold the clock', async () => {
  const time = sharedTime(0, async () => 5);
  await time.work(() => time.until(10));
  expect(time.now()).toBe(10);
});

it('wakes an idle process at once when another one begins to work', async () => {
  const time = sharedTime(0, never);
  const idle = time.work(() => time.idle());
  await time.work(async () => time.stir());
  expect(await idle).toBe(true);
});

it('counts one whose sleep was ended as at work again', async () => {
  const time = sharedTime(0, never);
  const woken: number[] = [];
  await time.work(async () => {
    const wake = time.sleep(10, () => woken.push(time.now()));
    wake();
    await time.until(20);
  });
  expect(woken).toEqual([]);
  expect(time.now()).toBe(20);
});

it('tells who idles where it cannot be known what comes', async () => {
  const time = sharedTime(0, () => Promise.reject(new Error('Cannot look')));
  await expect(time.work(() => time.idle())).rejects.toThrow('Cannot look');
});

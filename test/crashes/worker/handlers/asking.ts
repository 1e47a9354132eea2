import { get } from 'node:http';

interface Event {
  readonly url: string;
}

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const ask = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    get(url, (response) => response.resume().on('end', resolve)).on('error', reject);
  });

/** Makes three exchanges, each two seconds after the one before, and tells when each was over. */
export const handler = async ({ url }: Event): Promise<readonly number[]> => {
  const times: number[] = [];
  for (const path of ['one', 'two', 'three']) {
    if (times.length > 0) await sleep(2_000);
    await ask(`${url}/${path}`);
    times.push(Date.now());
  }
  return times;
};

import { watchControls } from '../../../functions/core/sweep/control-watch.ts';
import type { Draw } from '../life/draw.ts';
import { meetBefore } from '../life/live.ts';
import { castOf, type Sickness, type Stage } from '../life/stage.ts';
import { unknownTo } from './outages.ts';

const MINUTE = 60_000;
const SECRET = 'key-revoker/control';
/** No other key of the account has this number. */
const NUMBER = 500;

/** Stores a key of the target's account as its control key. A dry run has met both. @returns the key's identifier */
const keepControl = async (stage: Stage): Promise<string> => {
  const { world, sandbox, provider, ports } = stage;
  const { keyId, credential } = castOf(stage).account(sandbox, 0).key(NUMBER);
  world.vault.add(SECRET, credential, { 'key-revoker:control': provider });
  await watchControls(ports);
  await meetBefore(stage, 'met-with-control');
  stage.struck += 1;
  return keyId;
};

/** The account has a control key, which the provider accepts as it accepts every key. */
export const controlKept = (): Sickness => ({
  says: 'the account has a control key',
  prepares: async (stage) => void (await keepControl(stage)),
});

/** From an instant on the control key is refused, for a time or for ever, or it is deleted. */
export const controlRefused = ({ ms, among }: Draw): Sickness => {
  const afterMs = ms(1_000, 12 * MINUTE);
  const lastsMs = among([ms(1_000, 90 * MINUTE), Number.POSITIVE_INFINITY]);
  let control = '';
  return {
    says: `the control key is refused after ${afterMs} ms, for ${lastsMs} ms`,
    prepares: async (stage) => {
      control = await keepControl(stage);
    },
    meets: (stage, { at }) => {
      const sinceMs = at - stage.sentAt - afterMs;
      return sinceMs >= 0 && sinceMs < lastsMs ? [unknownTo(stage, control)] : [];
    },
  };
};

/** The tag is on the secret of the key that is to be deleted, and no other key is kept. */
export const controlIsTarget = (): Sickness => ({
  says: 'the key itself is tagged as the control key',
  prepares: async (stage) => {
    const { world, provider, ports } = stage;
    world.vault.label(`key-revoker/${provider}/key`, { 'key-revoker:control': provider });
    await watchControls(ports);
    stage.struck += 1;
  },
});

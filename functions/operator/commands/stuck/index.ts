import type { SetUp } from '../../deployment/context.ts';
import { addForget } from './forget.ts';
import { addListStuck } from './list.ts';
import { addRedrive } from './redrive.ts';
import { addShow } from './show.ts';

/** `stuck`: what is on the stuck queue, and what is done about it. */
export const setUpStuck: SetUp = (stuck, context) => {
  for (const add of [addListStuck, addShow, addRedrive, addForget]) add(stuck, context);
};

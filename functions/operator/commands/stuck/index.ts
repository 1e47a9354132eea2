import type { Command } from 'commander';
import type { Context } from '../../deployment/context.ts';
import { addForget } from './forget.ts';
import { addListStuck } from './list.ts';
import { addRedrive } from './redrive.ts';
import { addShow } from './show.ts';

/** `stuck`: what is on the stuck queue, and what is done about it. */
export const addStuck = (program: Command, context: Context): void => {
  const stuck = program.command('stuck').description('handle requests that ended stuck or refused');
  for (const add of [addListStuck, addShow, addRedrive, addForget]) add(stuck, context);
};

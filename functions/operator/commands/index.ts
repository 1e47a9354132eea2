import type { Command } from 'commander';
import type { Context } from '../deployment/context.ts';
import { addDoctor } from './doctor.ts';
import { addFind } from './find.ts';
import { addIncident } from './incident.ts';
import { addKill } from './kill.ts';
import { addLimit } from './limit.ts';
import { addListKeys } from './list.ts';
import { addPause, addResume } from './pause.ts';
import { addReceipts } from './receipts/index.ts';
import { addReport } from './report.ts';
import { addPlan, addRequest } from './request.ts';
import { addSchedule } from './schedule.ts';
import { addStatus } from './status.ts';
import { addStuck } from './stuck/index.ts';

/** Every command, in the order in which the help shows them. */
export const addCommands = (program: Command, context: Context): Command => {
  for (const add of [
    addFind,
    addKill,
    addRequest,
    addPlan,
    addStatus,
    addReceipts,
    addReport,
    addListKeys,
    addSchedule,
    addIncident,
    addStuck,
    addLimit,
    addPause,
    addResume,
    addDoctor,
  ])
    add(program, context);
  return program;
};

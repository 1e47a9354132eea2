import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { Template } from '../../../infra/synthesize.ts';

/**
 * The template of this repository's app, and a role in it that may use the command line. Loading the CDK and synthesizing takes seconds, so
 * one file of a run does it for all.
 */
export const operatedTemplate = async (): Promise<Template> => {
  const path = join(inject('runFolder'), 'template.json');
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    const { synthesizeOperated } = await import('./synthesize-operated.ts');
    const template = synthesizeOperated();
    // Another file may do so at the same time: a name is there with the whole text behind it, or not at all.
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(template));
    renameSync(`${path}.${process.pid}`, path);
    return template;
  }
};

/** The logical id of that role. */
export const operatorRole = ({ Resources }: Template): string => {
  const id = Object.keys(Resources).find((each) => /^OperatorRole[0-9A-F]{8}$/.test(each));
  if (id === undefined) throw new Error('Cannot find the role of the operator in the template');
  return id;
};

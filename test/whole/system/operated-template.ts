import type { Template } from '../../../infra/synthesize.ts';
import { onceInRun } from '../../run/once-in-run.ts';

/** The template of this repository's app, and a role in it that may use the command line. */
export const operatedTemplate = (): Promise<Template> =>
  onceInRun('operated-template.json', async () => {
    const { synthesizeOperated } = await import('./synthesize-operated.ts');
    return synthesizeOperated();
  });

/** The logical id of that role. */
export const operatorRole = ({ Resources }: Template): string => {
  const id = Object.keys(Resources).find((each) => /^OperatorRole[0-9A-F]{8}$/.test(each));
  if (id === undefined) throw new Error('Cannot find the role of the operator in the template');
  return id;
};

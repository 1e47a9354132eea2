import type { Template } from '../../infra/synthesize.ts';
import { onceInRun } from '../run/once-in-run.ts';
import { find } from './policy-reader.ts';

/** The stack of this repository with its defaults. */
export const template = await onceInRun('template.json', async (): Promise<Template> => {
  const { synthesize } = await import('../../infra/synthesize.ts');
  return synthesize();
});

/** The properties of the one resource of the instance with this type and construct id. */
export const properties = (type: string, id: string, of: Template = template) =>
  find(of, type, `Revocation${id}`).Properties;

export const environment = (id: string, of: Template = template): Record<string, unknown> =>
  (properties('AWS::Lambda::Function', id, of)['Environment'] as { Variables: Record<string, unknown> }).Variables;

export const idOf = (type: string, id: string): string => find(template, type, `Revocation${id}`).id;

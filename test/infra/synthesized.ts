import { App, Stack } from 'aws-cdk-lib';
import { KeyRevocation } from '../../infra/key-revocation.ts';
import type { KeyRevocationProps } from '../../infra/key-revocation-props.ts';
import { synthesize, type Template } from '../../infra/synthesize.ts';
import { find } from './policy-reader.ts';

/** The stack of this repository with its defaults. */
export const template = synthesize();

/** The properties of the one resource of the instance with this type and construct id. */
export const properties = (type: string, id: string, of: Template = template) =>
  find(of, type, `Revocation${id}`).Properties;

export const environment = (id: string, of: Template = template): Record<string, unknown> =>
  (properties('AWS::Lambda::Function', id, of)['Environment'] as { Variables: Record<string, unknown> }).Variables;

export const idOf = (type: string, id: string): string => find(template, type, `Revocation${id}`).id;

/** An app with one instance, `R`, in one stack, `S`; nothing is bundled. */
export const stackWith = (props: (stack: Stack) => KeyRevocationProps, region?: string): Stack => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'S', region ? { env: { region, account: '111122223333' } } : {});
  new KeyRevocation(stack, 'R', props(stack));
  return stack;
};

export const templateOf = (stack: Stack): Template => (stack.node.root as App).synth().getStackByName('S').template;

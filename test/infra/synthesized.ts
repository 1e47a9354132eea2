import { App, Stack } from 'aws-cdk-lib';
import { KeyRevocation } from '../../infra/key-revocation.ts';
import type { KeyRevocationProps } from '../../infra/key-revocation-props.ts';
import type { Template } from '../../infra/synthesize.ts';

/** An app with one instance, `R`, in one stack, `S`; nothing is bundled. */
export const stackWith = (props: (stack: Stack) => KeyRevocationProps, region?: string): Stack => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'S', region ? { env: { region, account: '111122223333' } } : {});
  new KeyRevocation(stack, 'R', props(stack));
  return stack;
};

export const templateOf = (stack: Stack): Template => (stack.node.root as App).synth().getStackByName('S').template;

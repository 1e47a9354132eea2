import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** An ARN as text in which values that are known only at deploy stand in angle brackets, as cdk-nag spells it: `arn:<AWS::Partition>:…`. */
export const spelled = (scope: Construct, arn: string): string => flat(Stack.of(scope).resolve(arn));

interface Intrinsic {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly string[];
  readonly 'Fn::Join'?: readonly [string, readonly unknown[]];
}

const flat = (resolved: unknown): string => {
  if (typeof resolved === 'string') return resolved;
  const { Ref, 'Fn::GetAtt': getAtt, 'Fn::Join': join } = resolved as Intrinsic;
  return join ? join[1].map(flat).join(join[0]) : `<${Ref ?? getAtt?.join('.')}>`;
};

/** Account and region in an ARN. Both are empty texts if the ARN names none. */
export const placeOf = (arn: string): { readonly account: string; readonly region: string } => {
  const [, , , region = '', account = ''] = arn.split(':');
  return { account, region };
};

/** The one account and region that the emulated AWS knows; clients sign for this region. */
export const ACCOUNT = { id: '000000000000', region: 'us-east-1', partition: 'aws' } as const;

/** @returns the ARN of a resource of the emulated account, such as `arn:aws:sqs:us-east-1:000000000000:requests` */
export const arnOf = (service: string, resource: string): string =>
  `arn:${ACCOUNT.partition}:${service}:${ACCOUNT.region}:${ACCOUNT.id}:${resource}`;

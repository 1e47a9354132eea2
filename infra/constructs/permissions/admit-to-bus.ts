import { Names } from 'aws-cdk-lib';
import { CfnEventBusPolicy, type EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { REQUEST_DETAIL_TYPE } from '../../../functions/core/request/wrappers.ts';
import { type AdmittedRoles, allowRoles } from './organization.ts';

/** Lets roles of an organisation put requests on the bus, and no other event. Other statements of the bus stay as they are. */
export const admitToBus = (scope: Construct, bus: EventBus | IEventBus, roles: AdmittedRoles): void => {
  const statementId = Names.uniqueResourceName(scope, { maxLength: 60 });
  const statement = allowRoles(roles, {
    sid: statementId,
    actions: ['events:PutEvents'],
    resources: [bus.eventBusArn],
    more: { 'events:detail-type': REQUEST_DETAIL_TYPE },
  });
  new CfnEventBusPolicy(scope, 'OrganizationSenders', {
    eventBusName: bus.eventBusName,
    statementId,
    statement: statement.toStatementJson(),
  });
};

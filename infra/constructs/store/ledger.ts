import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { BY_STATE } from '../../../functions/core/ledger/keys.ts';
import { BY_STATE_2, PROJECTED } from '../../../functions/core/ledger/lists.ts';
import type { Kept } from '../messaging/kept.ts';

/** The table of requests and cases: what is known of a key, and the only record that it was proved gone. */
export const ledger = (scope: Construct, { encryptionKey, removalPolicy }: Kept): Table => {
  const isKept = removalPolicy !== RemovalPolicy.DESTROY;
  const table = new Table(scope, 'Ledger', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: 'expiresAt',
    // Without a key of the user's, DynamoDB encrypts with its own. A change of keys keeps the table.
    ...(encryptionKey && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: isKept,
    // A locked table cannot be deleted, so a creation that fails leaves it in any case.
    removalPolicy: isKept ? RemovalPolicy.RETAIN : removalPolicy,
  });
  table.addGlobalSecondaryIndex({
    indexName: BY_STATE,
    partitionKey: { name: 'state', type: AttributeType.STRING },
    sortKey: { name: 'at', type: AttributeType.NUMBER },
    projectionType: ProjectionType.ALL,
  });
  // DynamoDB adds or removes one index in an update, and changes none: the next release removes the one above.
  table.addGlobalSecondaryIndex({
    indexName: BY_STATE_2,
    partitionKey: { name: 'listed', type: AttributeType.STRING },
    sortKey: { name: 'at', type: AttributeType.NUMBER },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: [...PROJECTED],
  });
  return table;
};

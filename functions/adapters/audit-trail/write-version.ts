import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { Failure } from '../../core/errors.ts';
import type { DynamoDbAuditTrail, Write } from './dynamodb.ts';
import type { AuditEvent } from './port.ts';

/**
 * Puts the next version of an item that people change, in one transaction with its audit entry. @param more writes that belong to it
 * @throws Failure `conflict` where another version came in between
 */
export async function writeVersion(
  audit: Pick<DynamoDbAuditTrail, 'write'>,
  table: string,
  item: { readonly pk: string; readonly sk: string; readonly version: number },
  event: AuditEvent,
  more: readonly Write[] = [],
): Promise<void> {
  const put: Write = {
    Put: {
      TableName: table,
      Item: item,
      ...(item.version === 1
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'version = :before', ExpressionAttributeValues: { ':before': item.version - 1 } }),
    },
  };
  const writes = [put, ...more];
  try {
    await audit.write(writes, event);
  } catch (error) {
    const codes =
      error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []).map(({ Code }) => Code) : [];
    if (codes.slice(0, writes.length).includes('ConditionalCheckFailed'))
      throw new Failure('conflict', 'these settings were changed by somebody else; read them again', { cause: error });
    throw error;
  }
}

import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ChainHead } from '../../core/audit-entry.ts';
import type { ProjectId } from '../../core/project.ts';
import { auditKeys } from './keys.ts';
import type { SealNotes } from './port.ts';

/** Notes in the audit table: an item a chain. */
export class DynamoDbSealNotes implements SealNotes {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async note(project: ProjectId, sealed: ChainHead): Promise<void> {
    await this.#client.send(
      new PutCommand({ TableName: this.#table, Item: { pk: auditKeys.sealed, sk: project, ...sealed } }),
    );
  }
}

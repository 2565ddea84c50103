import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { FrameHeader } from '../../core/frame.ts';
import { tenantKey } from '../../core/project.ts';
import type { Ledger } from './port.ts';

const KEPT_SECONDS = 8 * 86_400;
const CONCURRENCY = 16;

/** The ledger in its DynamoDB table: one item a frame, under its project and minute of receipt. */
export class DynamoDbLedger implements Ledger {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async accepted(headers: readonly FrameHeader[]): Promise<void> {
    for (let start = 0; start < headers.length; start += CONCURRENCY) {
      await Promise.all(
        headers
          .slice(start, start + CONCURRENCY)
          .map((header) => this.#set(header, { accepted: header.events + header.dropped, dropped: header.dropped })),
      );
    }
  }

  async stored(header: FrameHeader, { indexed, quarantined }: { indexed: number; quarantined: number }): Promise<void> {
    await this.#set(header, { indexed, quarantined });
  }

  async #set(header: FrameHeader, counts: Readonly<Record<string, number>>): Promise<void> {
    const minute = new Date(header.received).toISOString().slice(0, 16);
    const members = Object.entries({ ...counts, expires_at: Math.floor(header.received / 1000) + KEPT_SECONDS });
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: { pk: tenantKey(header.project, `ledger#${minute}`), sk: header.id },
        // by placeholders: `indexed` is one of DynamoDB's reserved words
        UpdateExpression: `SET ${members.map(([name]) => `#${name} = :${name}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(members.map(([name]) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(members.map(([name, value]) => [`:${name}`, value])),
      }),
    );
  }
}

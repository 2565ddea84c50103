import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { RetryLater } from '../../core/errors.ts';
import type { Mail, Message } from './port.ts';

/** Sends by SES. */
export class SesMail implements Mail {
  readonly #client = new SESv2Client({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 },
  });
  readonly #from: string;

  /** @param from an address whose identity SES has verified */
  constructor(from: string) {
    this.#from = from;
  }

  async send({ to, subject, text }: Message): Promise<void> {
    try {
      await this.#client.send(
        new SendEmailCommand({
          FromEmailAddress: this.#from,
          Destination: { ToAddresses: [to] },
          Content: {
            Simple: {
              Subject: { Data: subject, Charset: 'UTF-8' },
              Body: { Text: { Data: text, Charset: 'UTF-8' } },
            },
          },
        }),
      );
    } catch (error) {
      throw new RetryLater('unavailable', 'the mail could not be sent', 30, { cause: error });
    }
  }
}

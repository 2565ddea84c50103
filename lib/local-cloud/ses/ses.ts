import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type ControlApi, refusal } from '../control-plane/control-server.ts';
import type { Resource } from '../template/deployment.ts';

const Text = z.strictObject({ Data: z.string().min(1), Charset: z.string().optional() });
const addresses = z.array(z.string().min(3)).default([]);

/** What of `SendEmail` is known: a simple message of text, of HTML or both. */
const SendEmail = z.strictObject({
  FromEmailAddress: z.string().min(3),
  Destination: z.strictObject({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses }),
  ReplyToAddresses: addresses,
  Content: z.strictObject({
    Simple: z.strictObject({
      Subject: Text,
      Body: z.strictObject({ Text: Text.optional(), Html: Text.optional() }),
    }),
  }),
});

/** Of an API whose `outbox` takes the place of a delivery. */
export interface SesOptions {
  readonly identities: readonly Resource[];
  /** Folder that each mail becomes a file of; made with the first. */
  readonly outbox: string;
  readonly region: string;
  readonly accountId: string;
  readonly now: () => number;
}

/**
 * `SendEmail` of SES v2 (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html). A sender is an address that the template
 * declares an identity of, or one of its domain.
 */
export function sesApi({ identities, outbox, region, accountId, now }: SesOptions): ControlApi {
  return (method, path, body) => {
    if (method !== 'POST' || path !== '/v2/email/outbound-emails') return undefined;
    const parsed = parse(body);
    const from = parsed.success ? parsed.data.FromEmailAddress : '';
    const verified = identities.find(({ name }) => from === name || from.endsWith(`@${name}`));
    return {
      action: 'ses:SendEmail',
      resource: `arn:aws:ses:${region}:${accountId}:identity/${verified?.name ?? from}`,
      run() {
        if (!parsed.success) return refusal(400, 'BadRequestException', z.prettifyError(parsed.error));
        if (verified === undefined)
          return refusal(
            400,
            'MessageRejected',
            `Email address is not verified. The following identities failed the check in region ${region}: ${from}`,
          );
        const { Destination: to, Content } = parsed.data;
        if ([...to.ToAddresses, ...to.CcAddresses, ...to.BccAddresses].length === 0)
          return refusal(400, 'BadRequestException', 'Destination has no address');
        const id = randomUUID();
        const { Subject, Body } = Content.Simple;
        const file = join(outbox, `${new Date(now()).toISOString().replaceAll(':', '-')}-${id}.eml`);
        mkdirSync(outbox, { recursive: true, mode: 0o700 });
        // written beside and renamed, so that no reader finds half of it; what it holds is meant for one person
        writeFileSync(`${file}.new`, toText(parsed.data, id, Subject.Data, Body, now()), { mode: 0o600 });
        renameSync(`${file}.new`, file);
        return { status: 200, body: { MessageId: id } };
      },
    };
  };
}

function parse(body: Buffer) {
  try {
    return SendEmail.safeParse(JSON.parse(body.toString('utf8')));
  } catch {
    return SendEmail.safeParse(undefined);
  }
}

/** A file that mail programs open (RFC 5322): one part, HTML where there is no text. */
function toText(
  { FromEmailAddress, Destination, ReplyToAddresses }: z.output<typeof SendEmail>,
  id: string,
  subject: string,
  body: { readonly Text?: { Data: string } | undefined; readonly Html?: { Data: string } | undefined },
  now: number,
): string {
  const list = (name: string, values: readonly string[]) =>
    values.length > 0 ? [`${name}: ${values.join(', ')}`] : [];
  // a line break in a header would begin another
  const headers = [
    `From: ${FromEmailAddress}`,
    ...list('To', Destination.ToAddresses),
    ...list('Cc', Destination.CcAddresses),
    ...list('Bcc', Destination.BccAddresses),
    ...list('Reply-To', ReplyToAddresses),
    `Subject: ${subject}`,
    `Date: ${new Date(now).toUTCString()}`,
    `Message-ID: <${id}@email.local>`,
    'MIME-Version: 1.0',
    `Content-Type: text/${body.Text === undefined ? 'html' : 'plain'}; charset=utf-8`,
    'Content-Transfer-Encoding: 8bit',
  ].map((line) => line.replace(/[\r\n]+/g, ' '));
  return `${headers.join('\n')}\n\n${body.Text?.Data ?? body.Html?.Data ?? ''}\n`;
}

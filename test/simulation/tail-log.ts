import type { KinesisStreamEvent } from 'aws-lambda';
import type { LiveMessage } from '../../functions/live/message.ts';

type Logs = Extract<LiveMessage, { type: 'logs' }>;

/** One invocation of the tail: the records it got, and what arrived at viewers meanwhile. */
export interface TailRun {
  readonly event: KinesisStreamEvent;
  readonly messages: { readonly connectionId: string; readonly message: Logs; readonly bytes: number }[];
  /** Came to its end with every call answered: only then it owes its viewers all there was. */
  isWhole: boolean;
}

/** Everything that viewers were told, by invocation. */
export class TailLog {
  readonly runs: TailRun[] = [];

  begin(event: KinesisStreamEvent): TailRun {
    const run: TailRun = { event, messages: [], isWhole: false };
    this.runs.push(run);
    return run;
  }
}

export const toMessage = (connectionId: string, text: string): TailRun['messages'][number] => ({
  connectionId,
  message: JSON.parse(text) as Logs,
  bytes: Buffer.byteLength(text),
});

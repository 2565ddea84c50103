/** A mail of plain text to one person. */
export interface Message {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mail {
  /** @throws RetryLater where it was not taken for delivery */
  send(message: Message): Promise<void>;
}

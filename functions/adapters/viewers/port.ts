import type { ProjectId } from '../../core/project.ts';

/** A right to open one connection. */
export interface Ticket {
  readonly project: ProjectId;
  /** User id, or id of an API key. */
  readonly userId: string;
  /** User name, or name of the key. */
  readonly userName: string;
  readonly query: string;
  /** Unix seconds at which the token or key that made it ends by itself: no connection outlives it. */
  readonly endsAt?: number;
  /** Session that made it, and the epoch of its user's sessions then. */
  readonly sessionId?: string;
  readonly epoch?: number;
}

/** An open connection. */
export interface Connection extends Ticket {
  readonly id: string;
}

/** What a connection watches. */
export interface Subscription {
  readonly connectionId: string;
  readonly query: string;
  /** As of its connection. */
  readonly endsAt?: number;
}

/** Tickets, connections and what they watch. */
export interface ViewerRegister {
  /** @param hash of the ticket; the ticket itself is not stored. @param expiresAt Unix seconds */
  putTicket(hash: string, ticket: Ticket, expiresAt: number): Promise<void>;
  /** Uses a ticket up. @returns undefined where there is none (any more) */
  takeTicket(hash: string): Promise<Ticket | undefined>;
  connect(connection: Connection): Promise<void>;
  find(connectionId: string): Promise<Connection | undefined>;
  disconnect(connectionId: string): Promise<void>;
  /** Open connections of a user or API key. */
  connectionsOf(userId: string): Promise<readonly Connection[]>;
  subscribe(project: ProjectId, subscription: Subscription): Promise<void>;
  unsubscribe(project: ProjectId, connectionId: string): Promise<void>;
  list(project: ProjectId): Promise<readonly Subscription[]>;
}

/** Ends open connections. */
export interface ViewerClose {
  /** Whether there was one or not. */
  close(connectionId: string): Promise<void>;
}

/** Sends to open connections. */
export interface ViewerPost {
  /** @returns false where the connection is gone */
  post(connectionId: string, message: string): Promise<boolean>;
}

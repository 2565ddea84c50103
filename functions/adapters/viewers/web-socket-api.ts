import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { log } from '../../core/log.ts';
import type { ViewerClose, ViewerPost } from './port.ts';

/** Connections of API Gateway's WebSocket API. */
export class WebSocketApiConnections implements ViewerPost, ViewerClose {
  readonly #client: ApiGatewayManagementApiClient;

  /** @param callbackUrl `https://…/<stage>`; an `AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI` stands in for it */
  constructor(callbackUrl: string) {
    this.#client = new ApiGatewayManagementApiClient({
      endpoint: process.env.AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI ?? callbackUrl,
      maxAttempts: 2,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 },
    });
  }

  async post(connectionId: string, message: string): Promise<boolean> {
    try {
      await this.#client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: Buffer.from(message) }));
      return true;
    } catch (error) {
      if (error instanceof GoneException) return false;
      // a viewer that cannot be reached now sees the gap by the chain of the next message
      log('warn', 'message to a viewer was not taken', {}, error);
      return true;
    }
  }

  async close(connectionId: string): Promise<void> {
    try {
      await this.#client.send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
    } catch (error) {
      if (!(error instanceof GoneException)) throw error;
    }
  }
}

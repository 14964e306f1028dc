/** One WebSocket per open page: the whole state first, then each change. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import { WebSocket, WebSocketServer } from "ws";

import type { Services } from "../rest/services.ts";
import { pageState, pageUpdate } from "./page-state.ts";
import type { PageUpdate } from "./page-types.ts";
import type { Try } from "./tries.ts";

export class LiveSocket {
  readonly #services: Services;
  readonly #tries: readonly Try[];
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1024 });

  constructor(services: Services, tries: readonly Try[]) {
    this.#services = services;
    this.#tries = tries;
    services.world.onChange((change) => {
      if (this.#server.clients.size === 0) return;
      const update = pageUpdate(services, change);
      if (!update) return;
      const frame = JSON.stringify(update);
      for (const client of this.#server.clients) if (client.readyState === WebSocket.OPEN) client.send(frame);
    });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => {
      client.on("error", () => client.terminate());
      const state: PageUpdate = { type: "state", state: pageState(this.#services, this.#tries) };
      client.send(JSON.stringify(state));
    });
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}

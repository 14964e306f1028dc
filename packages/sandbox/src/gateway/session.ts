/** One gateway session: its sequence, what was sent in case it resumes, and the socket it has at the moment. */
import { randomBytes } from "node:crypto";

import { WebSocket } from "ws";

export const OP = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presence: 3,
  voiceState: 4,
  resume: 6,
  reconnect: 7,
  requestMembers: 8,
  invalidSession: 9,
  hello: 10,
  heartbeatAck: 11,
} as const;

/** Which of how many connections of the bot a session is. */
export interface Shard {
  readonly id: number;
  readonly count: number;
}

/** Whether a shard is told of what happens in a server; what is of none (`null`) the first one is. */
export const hears = ({ id, count }: Shard, guildId: string | null): boolean =>
  id === (guildId === null ? 0 : Number((BigInt(guildId) >> 22n) % BigInt(count)));

export class Session {
  readonly id = randomBytes(16).toString("hex");
  readonly intents: number;
  readonly shard: Shard;
  #sequence = 0;
  readonly #sent: { readonly sequence: number; readonly frame: string }[] = [];
  socket: WebSocket | null;

  constructor(intents: number, shard: Shard, socket: WebSocket) {
    this.intents = intents;
    this.shard = shard;
    this.socket = socket;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Sends an event, or keeps it for the resume when nobody is connected. */
  dispatch(name: string, data: unknown): void {
    this.#sequence += 1;
    const frame = JSON.stringify({ op: OP.dispatch, t: name, s: this.#sequence, d: data });
    this.#sent.push({ sequence: this.#sequence, frame });
    this.#deliver(frame);
  }

  /** Attaches a new socket and repeats everything after `sequence`. */
  resume(socket: WebSocket, sequence: number): void {
    this.socket = socket;
    for (const { frame } of this.#sent.filter((event) => event.sequence > sequence)) this.#deliver(frame);
    this.dispatch("RESUMED", {});
  }

  #deliver(frame: string): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(frame);
  }
}

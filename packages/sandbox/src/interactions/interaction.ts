/** What the sandbox knows of one interaction, from the press of a key to the last follow-up. */
import type { Json } from "../json.ts";

export const INTERACTION = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;

/** Callback types. */
export const CALLBACK = {
  message: 4,
  deferredMessage: 5,
  deferredUpdate: 6,
  update: 7,
  autocomplete: 8,
  modal: 9,
} as const;

export interface Acknowledgement {
  /** One of `CALLBACK`. */
  readonly type: number;
  readonly afterMs: number;
}

export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: number;
  readonly userId: string;
  readonly channelId: string;
  readonly createdAt: number;
  /** The `data` the bot gets. */
  readonly data: Json;
  /** The command's name; for what follows from it too. */
  readonly name: string | null;
  readonly commandType: number | null;
  /** `authorizing_integration_owners`: by whose installation it came about. */
  readonly owners: Json;
  /** The message of the component that was used, directly or to open the modal. */
  readonly sourceMessageId: string | null;
  /** Of the interaction that opened the modal. */
  readonly triggeredBy: Interaction | null;
  acknowledged: Acknowledgement | null;
  /** Nobody answered in time. */
  failed: boolean;
  tokenExpired: boolean;
  /** Messages made by it beside the answer. */
  followUps: number;
  /** What `@original` means. */
  originalId: string | null;
  modal: Json | null;
  choices: readonly Json[] | null;
}

/** An answer must come in this time, or the token is void. */
export const ACK_DEADLINE_MS = 3000;
export const TOKEN_LIFETIME_MS = 15 * 60_000;
/** Follow-ups that an application has where it is by a person's own installation alone. */
export const MOST_FOLLOW_UPS = 5;

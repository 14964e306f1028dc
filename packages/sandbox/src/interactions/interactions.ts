/** The life of interactions: sent, acknowledged once within three seconds, answered and edited for fifteen minutes. */
import { randomBytes } from "node:crypto";

import { ApiError, refuse } from "../api-error.ts";
import type { Cdn } from "../cdn.ts";
import { type Json, asArray, asObject, textOf } from "../json.ts";
import type { FilesByIndex } from "../messages/uploads.ts";
import { createMessage, deleteMessage, editMessage } from "../messages/write.ts";
import { MESSAGE_FLAG, type Message } from "../world/types.ts";
import { isByUserAlone, isKeptPrivate } from "../world/installs.ts";
import type { World } from "../world/world.ts";
import {
  ACK_DEADLINE_MS,
  CALLBACK,
  INTERACTION,
  type Interaction,
  MOST_FOLLOW_UPS,
  TOKEN_LIFETIME_MS,
} from "./interaction.ts";
import { checkModal } from "./modals.ts";
import { interactionMetadata } from "./payload.ts";

export type NewInteraction = Pick<Interaction, "type" | "userId" | "channelId" | "data" | "owners"> &
  Partial<Interaction>;

/** The answer to a callback that was asked `with_response`. */
export interface CallbackResult {
  readonly type: number;
  readonly interaction: Interaction;
  readonly message: Message | null;
}

const NO_FILES: FilesByIndex = new Map();

export class Interactions {
  readonly #world: World;
  readonly #cdn: Cdn;
  readonly #byToken = new Map<string, Interaction>();
  readonly #deadlines = new Set<NodeJS.Timeout>();

  constructor(world: World, cdn: Cdn) {
    this.#world = world;
    this.#cdn = cdn;
  }

  /** Sends an interaction to the bot. */
  create(given: NewInteraction): Interaction {
    const { clock } = this.#world;
    const id = clock.snowflake();
    const interaction: Interaction = {
      name: null,
      commandType: null,
      sourceMessageId: null,
      triggeredBy: null,
      ...given,
      id,
      token: makeToken(id),
      createdAt: clock.now(),
      acknowledged: null,
      failed: false,
      tokenExpired: false,
      followUps: 0,
      originalId: null,
      modal: null,
      choices: null,
    };
    this.#byToken.set(interaction.token, interaction);
    const timer = setTimeout(() => this.#miss(interaction, timer), ACK_DEADLINE_MS);
    timer.unref();
    this.#deadlines.add(timer);
    this.#world.tell({ kind: "interaction-created", interaction });
    return interaction;
  }

  #miss(interaction: Interaction, timer: NodeJS.Timeout): void {
    this.#deadlines.delete(timer);
    if (interaction.acknowledged) return;
    interaction.failed = true;
    this.#world.violate(`interaction ${describe(interaction)} was not acknowledged within 3 seconds`);
    this.#world.tell({ kind: "interaction-changed", interaction });
  }

  expireTokens(): void {
    for (const interaction of this.#byToken.values()) interaction.tokenExpired = true;
  }

  close(): void {
    for (const timer of this.#deadlines) clearTimeout(timer);
  }

  /**
   * `POST /interactions/{id}/{token}/callback`.
   *
   * @throws ApiError 10062 for an unknown or late one, 40060 for a second answer, 50035
   */
  async callback(id: string, token: string, body: Json, files: FilesByIndex): Promise<CallbackResult> {
    const interaction = this.#byToken.get(token);
    if (!interaction || interaction.id !== id || interaction.tokenExpired) throw new ApiError(10062);
    // The deadline is for the first answer; from then on it is known for as long as its token is good.
    if (interaction.acknowledged) {
      this.#world.violate(`interaction ${describe(interaction)} was acknowledged twice`);
      throw new ApiError(40060);
    }
    const afterMs = this.#world.clock.now() - interaction.createdAt;
    if (interaction.failed || afterMs > ACK_DEADLINE_MS) throw new ApiError(10062);
    const type = Number(body["type"]);
    const allowedTypes = allowedCallbacks(interaction);
    if (!allowedTypes.includes(type))
      refuse(["type"], "BASE_TYPE_CHOICES", `Value must be one of {${allowedTypes.join(", ")}}.`);
    const data = asObject(body["data"]);
    if (type === CALLBACK.modal) checkModal(data);
    if (type === CALLBACK.autocomplete) checkChoices(data);

    // Marked before the files are stored: a second callback meanwhile is a double acknowledgement.
    interaction.acknowledged = { type, afterMs };
    try {
      const message = await this.#answer(interaction, type, data, files);
      if (type === CALLBACK.modal) interaction.modal = data;
      if (type === CALLBACK.autocomplete) interaction.choices = asArray(data["choices"]).map(asObject);
      if (message) interaction.originalId = message.id;
      this.#world.tell({ kind: "interaction-changed", interaction });
      return { type, interaction, message };
    } catch (error) {
      interaction.acknowledged = null;
      throw error;
    }
  }

  async #answer(interaction: Interaction, type: number, data: Json, files: FilesByIndex): Promise<Message | null> {
    const source = this.#source(interaction);
    switch (type) {
      case CALLBACK.message:
        return this.#createReply(interaction, data, files, false);
      case CALLBACK.deferredMessage:
        return this.#createReply(interaction, { flags: data["flags"] ?? 0 }, NO_FILES, true);
      case CALLBACK.deferredUpdate:
        return source;
      case CALLBACK.update:
        if (!source) throw new ApiError(10008);
        return editMessage(this.#world, this.#cdn, source, data, files);
      default:
        return null;
    }
  }

  #source(interaction: Interaction): Message | null {
    const id = interaction.sourceMessageId;
    return (id && this.#world.findMessage(interaction.channelId, id)) || null;
  }

  async #createReply(interaction: Interaction, body: Json, files: FilesByIndex, loading: boolean): Promise<Message> {
    const world = this.#world;
    const flags = Number(body["flags"] ?? 0);
    if (loading && (flags & ~MESSAGE_FLAG.ephemeral) !== 0)
      world.violate(`a deferred reply can only carry the flag EPHEMERAL, got ${flags}`);
    const byComponent = interaction.sourceMessageId !== null;
    return createMessage(
      world,
      this.#cdn,
      {
        channel: world.channel(interaction.channelId),
        authorId: world.application.botId,
        type: byComponent ? 19 : interaction.commandType === 1 ? 20 : interaction.commandType ? 23 : 0,
        reference: byComponent ? this.#referenceTo(interaction, interaction.sourceMessageId!) : null,
        interaction: interactionMetadata(world, interaction),
        webhookId: world.application.id,
        ephemeralFor: this.#seenBy(interaction, flags),
        extraFlags: loading ? MESSAGE_FLAG.loading : 0,
      },
      loading ? { flags: flags & MESSAGE_FLAG.ephemeral } : body,
      files,
      loading,
    );
  }

  /** Who alone sees a message of these flags; `null`: everybody. */
  #seenBy({ channelId, userId }: Interaction, flags: number): string | null {
    const isPrivate =
      (flags & MESSAGE_FLAG.ephemeral) !== 0 || isKeptPrivate(this.#world, this.#world.channel(channelId), userId);
    return isPrivate ? userId : null;
  }

  #referenceTo(interaction: Interaction, messageId: string): Json {
    return {
      type: 0,
      channel_id: interaction.channelId,
      message_id: messageId,
      guild_id: this.#world.channel(interaction.channelId).guildId,
    };
  }

  /**
   * The interaction behind a webhook token.
   *
   * @throws ApiError 10015 for another application or before the acknowledgement, 50027 for a void token
   */
  byWebhook(applicationId: string, token: string): Interaction {
    if (applicationId !== this.#world.application.id) throw new ApiError(10015);
    const interaction = this.#byToken.get(token);
    if (!interaction || interaction.tokenExpired) throw new ApiError(50027);
    if (this.#world.clock.now() - interaction.createdAt > TOKEN_LIFETIME_MS) throw new ApiError(50027);
    if (!interaction.acknowledged) throw new ApiError(10015);
    return interaction;
  }

  /** The tokens by which `@original` means that message. */
  tokensOf(messageId: string): readonly string[] {
    return [...this.#byToken.values()].filter(({ originalId }) => originalId === messageId).map(({ token }) => token);
  }

  /**
   * A message reachable by the token: `@original`, or one that the same interaction made.
   *
   * @throws ApiError 10008
   */
  messageOf(interaction: Interaction, messageId: string): Message {
    const id = messageId === "@original" ? interaction.originalId : messageId;
    const message = id === null ? undefined : this.#world.findMessage(interaction.channelId, id);
    if (!message || message.authorId !== this.#world.application.botId) throw new ApiError(10008);
    if (id !== interaction.originalId && message.interaction?.["id"] !== interaction.id) throw new ApiError(10008);
    return message;
  }

  async editResponse(interaction: Interaction, messageId: string, body: Json, files: FilesByIndex): Promise<Message> {
    const message = await editMessage(this.#world, this.#cdn, this.messageOf(interaction, messageId), body, files);
    this.#world.tell({ kind: "interaction-changed", interaction });
    return message;
  }

  deleteResponse(interaction: Interaction, messageId: string): void {
    deleteMessage(this.#world, this.messageOf(interaction, messageId));
  }

  /**
   * A follow-up. Right after a bare deferral it takes the place of the loading message, as on Discord.
   *
   * @throws ApiError 40094 for a sixth where the application is by a person's own installation alone
   */
  async followUp(interaction: Interaction, body: Json, files: FilesByIndex): Promise<Message> {
    const world = this.#world;
    if (isByUserAlone(interaction.owners) && interaction.followUps >= MOST_FOLLOW_UPS) throw new ApiError(40094);
    interaction.followUps += 1;
    const original = interaction.originalId && world.findMessage(interaction.channelId, interaction.originalId);
    if (original && (original.flags & MESSAGE_FLAG.loading) !== 0)
      return this.editResponse(interaction, "@original", body, files);
    const flags = Number(body["flags"] ?? 0);
    return createMessage(
      world,
      this.#cdn,
      {
        channel: world.channel(interaction.channelId),
        authorId: world.application.botId,
        type: original ? 19 : 0,
        reference: original ? this.#referenceTo(interaction, original.id) : null,
        interaction: interactionMetadata(world, interaction),
        webhookId: world.application.id,
        ephemeralFor: this.#seenBy(interaction, flags),
      },
      body,
      files,
    );
  }
}

const makeToken = (id: string): string =>
  Buffer.from(`interaction:${id}:${randomBytes(64).toString("base64url")}`).toString("base64url");

export const describe = (interaction: Interaction): string =>
  interaction.name ?? textOf(interaction.data["custom_id"] ?? interaction.id);

function allowedCallbacks(interaction: Interaction): readonly number[] {
  if (interaction.type === INTERACTION.autocomplete) return [CALLBACK.autocomplete];
  const onMessage = interaction.sourceMessageId ? [CALLBACK.deferredUpdate, CALLBACK.update] : [];
  const modal = interaction.type === INTERACTION.modal ? [] : [CALLBACK.modal];
  return [CALLBACK.message, CALLBACK.deferredMessage, ...onMessage, ...modal];
}

function checkChoices(data: Json): void {
  const choices = asArray(data["choices"]).map(asObject);
  if (choices.length > 25) refuse(["data", "choices"], "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 25 in length.");
  for (const [index, choice] of choices.entries()) {
    const name = textOf(choice["name"]);
    if (name.length < 1 || name.length > 100)
      refuse(["data", "choices", index, "name"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.");
    if (textOf(choice["value"]).length > 100)
      refuse(["data", "choices", index, "value"], "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.");
  }
}

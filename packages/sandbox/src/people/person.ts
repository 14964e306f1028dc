/** A member of the server, with a hand on mouse and keyboard: what a person does in Discord's own client. */
import type { APIMessage } from "discord.js";

import type { Locale } from "../../page/locales.js";
import { COMPONENT, SELECTS } from "../../page/numbers.js";
import { ApiError } from "../api-error.ts";
import { byAge } from "../clock.ts";
import { INTERACTION } from "../interactions/interaction.ts";
import type { NewInteraction } from "../interactions/interactions.ts";
import { type Json, asArray, asObject } from "../json.ts";
import { walkComponents } from "../messages/components.ts";
import { clearReactions, react, readEmoji, unreact } from "../messages/reactions.ts";
import { type UploadedFile, keepUpload } from "../messages/uploads.ts";
import { messageJson } from "../messages/wire.ts";
import { createMessage, deleteMessage, mayDelete } from "../messages/write.ts";
import type { Services } from "../rest/services.ts";
import { demand, demandActive, sendPermission } from "../world/access.ts";
import { setAvatar } from "../world/assets.ts";
import { openDm } from "../world/channels.ts";
import { ownersOfMessage } from "../world/installs.ts";
import { deleteThread, editThread, join } from "../world/threads.ts";
import { type Attachment, type Channel, type Guild, MESSAGE_FLAG, type Message, type User } from "../world/types.ts";
import { InteractionCall, type ShownModal } from "./call.ts";
import { type FieldValues, checkValues, fillModal } from "./fields.ts";
import { type CommandPlace, completionUse, messageUse, slashUse, userUse } from "./command-use.ts";
import { commandsIn } from "./reach.ts";
import { checkIds, resolvedJson } from "./resolved.ts";
import { type OptionValues } from "./options.ts";

/** A message, or just where it is. */
export type MessageRef = Pick<APIMessage, "id" | "channel_id">;

type PersonServices = Pick<Services, "world" | "cdn" | "commands" | "interactions">;

export class Person {
  readonly #services: PersonServices;
  readonly #user: User;

  constructor(services: PersonServices, user: User) {
    this.#services = services;
    this.#user = user;
  }

  get id(): string {
    return this.#user.id;
  }

  get username(): string {
    return this.#user.username;
  }

  get name(): string {
    return this.#user.globalName ?? this.#user.username;
  }

  /** Whether direct messages to this person are refused (50007). */
  set dmsClosed(closed: boolean) {
    this.#user.dmsClosed = closed;
  }

  /** Whether this person has installed the application for themselves. */
  set hasApp(installed: boolean) {
    this.#user.hasApp = installed;
  }

  /** The language of this person's client, which comes with whatever they do. */
  get locale(): Locale {
    return this.#user.locale;
  }

  set locale(locale: Locale) {
    this.#user.locale = locale;
    this.#services.world.tell({ kind: "user-updated", user: this.#user });
  }

  /** Gives this person an avatar of their own. */
  set avatar(bytes: Uint8Array) {
    setAvatar(this.#services.cdn, this.#user, bytes);
  }

  /** The direct channel with the bot. */
  dmChannelId(): string {
    return openDm(this.#services.world, this.id).id;
  }

  /**
   * Uses a slash command; `"style describe"` names a subcommand.
   *
   * @throws Error when the command or an option does not exist or a value breaks its rules; ApiError 50013, 50083
   */
  async slash(channelId: string, name: string, values: OptionValues = {}): Promise<InteractionCall> {
    return this.#interact(await slashUse(this.#demandCommands(channelId), name, values, (file) => this.#upload(file)));
  }

  /** Uses a command of a message's context menu. */
  async messageCommand(message: MessageRef, name: string): Promise<InteractionCall> {
    const place = this.#demandCommands(message.channel_id);
    return this.#interact(messageUse(place, this.#services.world.message(message.channel_id, message.id), name));
  }

  /** Uses a command of a person's context menu. */
  async userCommand(channelId: string, person: Person, name: string): Promise<InteractionCall> {
    return this.#interact(userUse(this.#demandCommands(channelId), person.id, name));
  }

  /** Types into an option that completes; gives the choices the bot offers. */
  async autocomplete(
    channelId: string,
    name: string,
    option: string,
    text: string,
    values: OptionValues = {},
  ): Promise<readonly Json[]> {
    const call = this.#interact(completionUse(this.#demandCommands(channelId), name, { option, text }, values));
    await call.acknowledged;
    return call.interaction.choices ?? [];
  }

  /**
   * Presses a button, by label or custom id, or chooses in a menu.
   *
   * @throws Error when the message has no such button now, or it is disabled; ApiError 10008, 50083
   */
  async press(message: MessageRef, button: string, values: readonly string[] = []): Promise<InteractionCall> {
    const channel = this.#see(message.channel_id);
    demandActive(channel);
    const target = this.#message(message);
    const pressable = [...walkComponents(target.components)].filter(
      (component) => component["custom_id"] !== undefined,
    );
    const component = pressable.find((component) => [component["custom_id"], component["label"]].includes(button));
    if (!component) {
      const names = pressable.map((component) => String(component["label"] ?? component["custom_id"]));
      throw new Error(`The message has no button "${button}"; it has ${names.join(", ") || "none"}.`);
    }
    if (component["disabled"] === true) throw new Error(`The button "${button}" is disabled.`);
    const isSelect = SELECTS.includes(component["type"] as number);
    if (isSelect) checkValues(component, asArray(component["options"]).map(asObject), values);
    const byId = component["type"] !== COMPONENT.stringSelect;
    if (isSelect && byId) checkIds(this.#services.world, this.#guildOf(channel.id), component, values);
    return this.#interact({
      type: INTERACTION.component,
      channelId: channel.id,
      sourceMessageId: target.id,
      owners: ownersOfMessage(channel, target.interaction),
      data: {
        custom_id: component["custom_id"],
        component_type: component["type"],
        id: component["id"],
        ...(isSelect && { values }),
        ...(isSelect && byId && resolvedJson(this.#services, [], values, this.#guildOf(channel.id))),
      },
    });
  }

  /** As a client of one's own can: presses a button that the message need not have. */
  async forge({ id, channel_id }: MessageRef, customId: string): Promise<InteractionCall> {
    const data = { custom_id: customId, component_type: COMPONENT.button, id: 1 };
    const { world } = this.#services;
    const { interaction } = world.message(channel_id, id);
    const owners = ownersOfMessage(world.channel(channel_id), interaction);
    return this.#interact({ type: INTERACTION.component, channelId: channel_id, sourceMessageId: id, owners, data });
  }

  /**
   * Fills in a modal and sends it.
   *
   * @throws Error when a field does not exist, is required, or its value breaks its rules
   */
  async submit(modal: ShownModal, values: FieldValues = {}): Promise<InteractionCall> {
    const attachments: Attachment[] = [];
    const components = await fillModal(modal.json, values, async (file) => {
      const attachment = await this.#upload(file);
      attachments.push(attachment);
      return attachment;
    });
    return this.#interact({
      type: INTERACTION.modal,
      channelId: modal.interaction.channelId,
      sourceMessageId: modal.interaction.sourceMessageId,
      triggeredBy: modal.interaction,
      owners: modal.interaction.owners,
      data: { custom_id: modal.customId, components, ...resolvedJson(this.#services, attachments, [], undefined) },
    });
  }

  async react(message: MessageRef, emoji: string): Promise<void> {
    react(this.#services.world, this.#message(message), this.id, readEmoji(emoji));
  }

  async unreact(message: MessageRef, emoji: string): Promise<void> {
    unreact(this.#services.world, this.#message(message), this.id, readEmoji(emoji));
  }

  /** Takes all reactions away, or all of one emoji; for moderators. */
  async clearReactions(message: MessageRef, emoji?: string): Promise<void> {
    clearReactions(
      this.#services.world,
      this.#message(message),
      this.id,
      emoji === undefined ? undefined : readEmoji(emoji),
    );
  }

  /** Writes a message. @param stickers as `addSticker` made them @throws ApiError 50013, 50001, 160005 */
  async say(
    channelId: string,
    text: string,
    files: readonly UploadedFile[] = [],
    stickers: readonly Json[] = [],
  ): Promise<APIMessage> {
    const { world, cdn } = this.#services;
    const channel = this.#see(channelId);
    demand(world, channel, this.id, sendPermission(channel));
    if (files.length > 0) demand(world, channel, this.id, "ATTACH_FILES");
    const byIndex = new Map(files.map((file, index) => [String(index), file]));
    const message = await createMessage(
      world,
      cdn,
      { channel, authorId: this.id, stickers },
      { content: text },
      byIndex,
    );
    return this.#serve(message);
  }

  /** @throws ApiError 50013 for another's message without Manage Messages */
  async deleteMessage(message: MessageRef): Promise<void> {
    const { world } = this.#services;
    const target = this.#message(message);
    if (!mayDelete(world, target, this.id) && target.ephemeralFor !== this.id) throw new ApiError(50013);
    deleteMessage(world, target);
  }

  async archiveThread(threadId: string, locked?: boolean): Promise<void> {
    const body = { archived: true, ...(locked !== undefined && { locked }) };
    editThread(this.#services.world, this.#thread(threadId), this.id, body);
  }

  async unarchiveThread(threadId: string): Promise<void> {
    editThread(this.#services.world, this.#thread(threadId), this.id, { archived: false });
  }

  async deleteThread(threadId: string): Promise<void> {
    const { world } = this.#services;
    const channel = this.#thread(threadId);
    demand(world, channel, this.id, "MANAGE_THREADS");
    deleteThread(world, channel);
  }

  async joinThread(threadId: string): Promise<void> {
    join(this.#services.world, this.#thread(threadId), this.id);
  }

  async type(channelId: string): Promise<void> {
    const { world } = this.#services;
    world.tell({ kind: "typing", channel: this.#see(channelId), userId: this.id });
  }

  /** A channel with the commands that this person sees in it. */
  #demandCommands(channelId: string): CommandPlace {
    const { world, cdn, commands } = this.#services;
    const channel = this.#see(channelId);
    demand(world, channel, this.id, "USE_APPLICATION_COMMANDS");
    demandActive(channel);
    return {
      world,
      cdn,
      channel,
      guild: this.#guildOf(channelId),
      reached: commandsIn(world, commands, channel, this.#user),
    };
  }

  #see(channelId: string): Channel {
    const { world } = this.#services;
    const channel = world.channel(channelId);
    demand(world, channel, this.id);
    return channel;
  }

  #guildOf(channelId: string): Guild | undefined {
    const { world } = this.#services;
    return world.guilds.get(world.channel(channelId).guildId ?? "");
  }

  #thread(threadId: string): Channel {
    const channel = this.#see(threadId);
    if (!channel.thread) throw new ApiError(50024);
    return channel;
  }

  /** A message as this person sees it: another's ephemeral one is unknown. */
  #message({ channel_id, id }: MessageRef): Message {
    const message = this.#services.world.message(channel_id, id);
    if (message.ephemeralFor && message.ephemeralFor !== this.id) throw new ApiError(10008);
    return message;
  }

  #upload(file: UploadedFile): Promise<Attachment> {
    const { world, cdn } = this.#services;
    return keepUpload(world, cdn, file, `ephemeral-attachments/${world.application.id}`);
  }

  #serve(message: Message): APIMessage {
    const { world, cdn } = this.#services;
    return messageJson(world, cdn, message, { viewerId: this.id }) as unknown as APIMessage;
  }

  #interact(given: Omit<NewInteraction, "userId">): InteractionCall {
    const { world, interactions } = this.#services;
    const { channelId } = given;
    const interaction = interactions.create({ ...given, userId: this.id });
    return new InteractionCall(world, interaction, (messageId) => {
      const message = world.findMessage(channelId, messageId);
      return message && this.#serve(message);
    });
  }

  /** Messages only this person sees, oldest first. */
  ephemerals(): APIMessage[] {
    const { world } = this.#services;
    return [...world.channels.keys()]
      .flatMap((id) => [...world.messagesOf(id).values()])
      .filter(({ ephemeralFor, flags }) => ephemeralFor === this.id && (flags & MESSAGE_FLAG.ephemeral) !== 0)
      .sort((a, b) => byAge(a.id, b.id))
      .map((message) => this.#serve(message));
  }
}

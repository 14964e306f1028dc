/** Messages and reactions. */
import { ApiError, refuse } from "../../api-error.ts";
import { byAge } from "../../clock.ts";
import { INTENTS } from "../../gateway/intents.ts";
import { type Json, asArray, isObject, textOf } from "../../json.ts";
import { isReadable } from "../../messages/content-intent.ts";
import { clearReactions, findReaction, react, readEmoji, unreact } from "../../messages/reactions.ts";
import { messageJson } from "../../messages/wire.ts";
import { createMessage, deleteMessage, editMessage, mayDelete } from "../../messages/write.ts";
import { demand, demandActive, sendPermission } from "../../world/access.ts";
import { type Channel, MESSAGE_FLAG, type Message } from "../../world/types.ts";
import { userJson } from "../../world/wire.ts";
import { type RestCall, limitOf } from "../call.ts";
import { NonceBook } from "../nonces.ts";
import type { Services } from "../services.ts";

export function messageRoutes({ router, world, cdn }: Services): void {
  const { botId } = world.application;
  const hasContentIntent = (world.application.privilegedIntents & INTENTS.messageContent) !== 0;
  const nonces = new NonceBook(world.clock);
  const json = (message: Message, withNonce = false): Json =>
    messageJson(world, cdn, message, { withNonce, withoutContent: !isReadable(world, message, hasContentIntent) });
  const channelOf = ({ params }: RestCall): Channel => {
    const channel = world.channel(params["channel"]!);
    demand(world, channel, botId);
    return channel;
  };
  /** Ephemeral messages are out of the reach of the bot token. */
  const messageOf = (call: RestCall, channel: Channel): Message => {
    const message = world.message(channel.id, call.params["message"]!);
    if (message.ephemeralFor) throw new ApiError(10008);
    return message;
  };

  router.route("GET", "/channels/:channel/messages", (call) => {
    const channel = channelOf(call);
    demand(world, channel, botId, "READ_MESSAGE_HISTORY");
    const all = [...world.messagesOf(channel.id).values()].filter(({ ephemeralFor }) => !ephemeralFor);
    return page(all, call.query).map((message) => json(message));
  });
  router.route("GET", "/channels/:channel/messages/:message", (call) => {
    const channel = channelOf(call);
    demand(world, channel, botId, "READ_MESSAGE_HISTORY");
    return json(messageOf(call, channel));
  });

  router.route("POST", "/channels/:channel/messages", async (call) => {
    const channel = channelOf(call);
    demand(world, channel, botId, sendPermission(channel));
    if (call.files.size > 0) demand(world, channel, botId, "ATTACH_FILES");
    const recipient = channel.recipientId && world.user(channel.recipientId);
    if (recipient && recipient.dmsClosed) throw new ApiError(50007);
    const flags = Number(call.json["flags"] ?? 0);
    if ((flags & MESSAGE_FLAG.ephemeral) !== 0)
      refuse(["flags"], "MESSAGE_FLAG_INVALID", "Only interaction responses can be ephemeral.");

    return nonces.once(channel.id, call.json, async () => {
      const reply = readReference(call.json, channel);
      return json(
        await createMessage(
          world,
          cdn,
          {
            channel,
            authorId: botId,
            type: reply ? 19 : 0,
            reference: reply?.reference ?? null,
            repliedUserId: reply?.userId,
          },
          call.json,
          call.files,
        ),
        true,
      );
    });
  });

  function readReference(body: Json, channel: Channel): { reference: Json; userId: string | undefined } | undefined {
    const given = body["message_reference"];
    if (!isObject(given)) return undefined;
    demand(world, channel, botId);
    try {
      demand(world, channel, botId, "READ_MESSAGE_HISTORY");
    } catch {
      throw new ApiError(160002);
    }
    const messageId = String(given["message_id"]);
    const target = world.findMessage(textOf(given["channel_id"] ?? channel.id), messageId);
    if ((!target || target.ephemeralFor) && given["fail_if_not_exists"] !== false)
      refuse(["message_reference"], "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message");
    const reference = { type: 0, channel_id: channel.id, message_id: messageId, guild_id: channel.guildId };
    return { reference, userId: target?.authorId };
  }

  router.route("PATCH", "/channels/:channel/messages/:message", async (call) => {
    const channel = channelOf(call);
    const message = messageOf(call, channel);
    if (message.authorId !== botId) throw new ApiError(50005);
    if (message.type === 21 || message.type === 18) throw new ApiError(50021);
    demandActive(channel);
    if (call.files.size > 0) demand(world, channel, botId, "ATTACH_FILES");
    return json(await editMessage(world, cdn, message, call.json, call.files));
  });
  router.route("DELETE", "/channels/:channel/messages/:message", (call) => {
    const channel = channelOf(call);
    const message = messageOf(call, channel);
    if (!mayDelete(world, message, botId)) throw new ApiError(50013);
    demandActive(channel);
    deleteMessage(world, message);
    return undefined;
  });
  router.route("POST", "/channels/:channel/messages/bulk-delete", (call) => {
    const channel = channelOf(call);
    demand(world, channel, botId, "MANAGE_MESSAGES");
    const ids = asArray(call.json["messages"]).map(String);
    if (ids.length < 2 || ids.length > 100)
      refuse(["messages"], "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length.");
    for (const id of ids) {
      const message = world.findMessage(channel.id, id);
      if (message && !message.ephemeralFor) deleteMessage(world, message);
    }
    return undefined;
  });

  const reactions = "/channels/:channel/messages/:message/reactions";
  const emojiOf = ({ params }: RestCall) => readEmoji(params["emoji"]!);
  const onMessage = (act: (call: RestCall, message: Message) => void) => (call: RestCall) => {
    act(call, messageOf(call, channelOf(call)));
    return undefined;
  };
  router.route("GET", `${reactions}/:emoji`, (call) => {
    const channel = channelOf(call);
    demand(world, channel, botId, "READ_MESSAGE_HISTORY");
    const reaction = findReaction(messageOf(call, channel), emojiOf(call));
    if (!reaction) throw new ApiError(10014);
    const after = call.query.get("after") ?? "0";
    return [...reaction.userIds]
      .sort(byAge)
      .filter((id) => byAge(id, after) > 0)
      .slice(0, limitOf(call.query, 25, 100))
      .map((id) => userJson(world.user(id)));
  });
  router.route(
    "PUT",
    `${reactions}/:emoji/@me`,
    onMessage((call, message) => react(world, message, botId, emojiOf(call))),
  );
  router.route(
    "DELETE",
    `${reactions}/:emoji/@me`,
    onMessage((call, message) => unreact(world, message, botId, emojiOf(call))),
  );
  router.route(
    "DELETE",
    `${reactions}/:emoji/:user`,
    onMessage((call, message) => unreact(world, message, call.params["user"]!, emojiOf(call), botId)),
  );
  router.route(
    "DELETE",
    reactions,
    onMessage((_, message) => clearReactions(world, message, botId)),
  );
  router.route(
    "DELETE",
    `${reactions}/:emoji`,
    onMessage((call, message) => clearReactions(world, message, botId, emojiOf(call))),
  );
}

/** Newest first, as the API lists them; `before`, `after`, `around`, `limit`. */
function page(oldestFirst: readonly Message[], query: URLSearchParams): Message[] {
  const limit = limitOf(query, 50, 100);
  const [before, after, around] = ["before", "after", "around"].map((key) => query.get(key));
  if (after)
    return oldestFirst
      .filter(({ id }) => byAge(id, after) > 0)
      .slice(0, limit)
      .reverse();
  if (around) {
    const older = oldestFirst.filter(({ id }) => byAge(id, around) <= 0).slice(-Math.ceil(limit / 2));
    const newer = oldestFirst.filter(({ id }) => byAge(id, around) > 0).slice(0, Math.floor(limit / 2));
    return [...older, ...newer].reverse();
  }
  return oldestFirst
    .filter(({ id }) => !before || byAge(id, before) < 0)
    .slice(-limit)
    .reverse();
}

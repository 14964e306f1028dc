/** Channels and threads. */
import { ApiError, FormFaults } from "../../api-error.ts";
import { asString } from "../../json.ts";
import { createSystemMessage } from "../../messages/write.ts";
import { allowed, demand, demandActive } from "../../world/access.ts";
import { createThread, deleteThread, editThread, join, leave } from "../../world/threads.ts";
import { CHANNEL_TYPE, type Channel, MESSAGE_FLAG } from "../../world/types.ts";
import { channelJson, memberWithUser, threadMemberJson } from "../../world/wire.ts";
import { Created, type RestCall, limitOf } from "../call.ts";
import type { Services } from "../services.ts";

export function channelRoutes({ router, world }: Services): void {
  const { botId } = world.application;
  const channelOf = ({ params }: RestCall): Channel => world.channel(params["channel"]!);
  const threadOf = (call: RestCall): Channel => {
    const channel = channelOf(call);
    if (!channel.thread) throw new ApiError(50024);
    demand(world, channel, botId);
    return channel;
  };

  router.route("GET", "/channels/:channel", (call) => {
    const channel = channelOf(call);
    demand(world, channel, botId);
    return channelJson(world, channel, botId);
  });
  router.route("PATCH", "/channels/:channel", (call) => {
    const channel = channelOf(call);
    demand(world, channel, botId);
    if (channel.thread) editThread(world, channel, botId, call.json);
    else {
      demand(world, channel, botId, "MANAGE_CHANNELS");
      const faults = new FormFaults();
      faults.text(["name"], call.json["name"], 1, 100);
      faults.throwIfAny();
      channel.name = asString(call.json["name"]) ?? channel.name;
      world.tell({ kind: "channel-updated", channel });
    }
    return channelJson(world, channel, botId);
  });
  router.route("DELETE", "/channels/:channel", (call) => {
    const channel = channelOf(call);
    demand(world, channel, botId, channel.thread ? "MANAGE_THREADS" : "MANAGE_CHANNELS");
    const json = channelJson(world, channel, botId);
    deleteThread(world, channel);
    return json;
  });
  router.route("POST", "/channels/:channel/typing", (call) => {
    const channel = channelOf(call);
    demand(world, channel, botId, channel.thread ? "SEND_MESSAGES_IN_THREADS" : "SEND_MESSAGES");
    world.tell({ kind: "typing", channel, userId: botId });
    return undefined;
  });

  router.route("POST", "/channels/:channel/messages/:message/threads", (call) => {
    const parent = channelOf(call);
    demand(world, parent, botId, "CREATE_PUBLIC_THREADS", "READ_MESSAGE_HISTORY");
    const message = world.message(parent.id, call.params["message"]!);
    if (message.ephemeralFor) throw new ApiError(10008);
    const type = CHANNEL_TYPE.publicThread;
    const thread = createThread(world, { parent, ownerId: botId, messageId: message.id, body: call.json, type });
    const reference = { type: 0, channel_id: parent.id, message_id: message.id, guild_id: parent.guildId };
    createSystemMessage(world, thread, botId, 21, { reference });
    message.flags |= MESSAGE_FLAG.hasThread;
    world.tell({ kind: "message-updated", message });
    return new Created(channelJson(world, thread, botId));
  });
  router.route("POST", "/channels/:channel/threads", (call) => {
    const parent = channelOf(call);
    const type =
      call.json["type"] === CHANNEL_TYPE.publicThread ? CHANNEL_TYPE.publicThread : CHANNEL_TYPE.privateThread;
    const permission = type === CHANNEL_TYPE.publicThread ? "CREATE_PUBLIC_THREADS" : "CREATE_PRIVATE_THREADS";
    demand(world, parent, botId, permission);
    const thread = createThread(world, { parent, ownerId: botId, messageId: null, body: call.json, type });
    if (type === CHANNEL_TYPE.publicThread) {
      const reference = { type: 0, channel_id: thread.id, guild_id: parent.guildId };
      createSystemMessage(world, parent, botId, 18, { content: thread.name, reference });
    }
    return new Created(channelJson(world, thread, botId));
  });

  router.route("GET", "/channels/:channel/thread-members", (call) => {
    const thread = threadOf(call);
    const withMember = call.query.get("with_member") === "true";
    return [...thread.thread!.members.keys()].map((userId) => ({
      ...threadMemberJson(world, thread, userId),
      ...(withMember && { member: memberWithUser(world, world.memberIn(thread, userId)!) }),
    }));
  });
  router.route("GET", "/channels/:channel/thread-members/:user", (call) => {
    const thread = threadOf(call);
    const userId = call.params["user"] === "@me" ? botId : call.params["user"]!;
    if (!thread.thread!.members.has(userId)) throw new ApiError(10007);
    return threadMemberJson(world, thread, userId);
  });
  router.route("PUT", "/channels/:channel/thread-members/:user", (call) => {
    const thread = threadOf(call);
    const userId = call.params["user"] === "@me" ? botId : call.params["user"]!;
    demandActive(thread);
    if (userId !== botId) demand(world, thread, botId, "SEND_MESSAGES_IN_THREADS");
    if (!world.memberIn(thread, userId)) throw new ApiError(10007);
    join(world, thread, userId);
    return undefined;
  });
  router.route("DELETE", "/channels/:channel/thread-members/:user", (call) => {
    const thread = threadOf(call);
    const userId = call.params["user"] === "@me" ? botId : call.params["user"]!;
    demandActive(thread);
    if (userId !== botId && !allowed(world, thread, botId, "MANAGE_THREADS")) throw new ApiError(50013);
    leave(world, thread, userId);
    return undefined;
  });

  router.route("GET", "/channels/:channel/threads/archived/public", (call) => {
    const parent = channelOf(call);
    demand(world, parent, botId, "READ_MESSAGE_HISTORY");
    const archived = world
      .threadsOf(parent.id)
      .filter(({ thread, type }) => thread!.archived && type === CHANNEL_TYPE.publicThread)
      .sort((a, b) => b.thread!.archivedChangedAt - a.thread!.archivedChangedAt);
    const before = call.query.get("before");
    const older = archived.filter(({ thread }) => !before || thread!.archivedChangedAt < Date.parse(before));
    const page = older.slice(0, limitOf(call.query, 50, 100));
    return {
      threads: page.map((thread) => channelJson(world, thread, botId)),
      members: page
        .filter(({ thread }) => thread!.members.has(botId))
        .map((thread) => threadMemberJson(world, thread, botId)),
      has_more: older.length > page.length,
    };
  });
}

/** The guild, its members, roles and channels; users and direct messages. */
import { ApiError } from "../../api-error.ts";
import { INTENTS } from "../../gateway/intents.ts";
import { openDm } from "../../world/channels.ts";
import { channelJson, guildJson, memberWithUser, roleJson, threadMemberJson, userJson } from "../../world/wire.ts";
import type { Guild } from "../../world/types.ts";
import type { RestCall } from "../call.ts";
import { limitOf } from "../call.ts";
import type { Services } from "../services.ts";

export function guildRoutes({ router, world }: Services): void {
  const { application } = world;
  const guildOf = ({ params }: RestCall): Guild => {
    const guild = world.guildOf(params["guild"]!);
    if (!guild.members.has(application.botId)) throw new ApiError(50001);
    return guild;
  };
  const memberOf = (guild: Guild, userId: string) => {
    const member = guild.members.get(userId);
    if (!member) throw new ApiError(world.users.has(userId) ? 10007 : 10013);
    return memberWithUser(world, member);
  };

  router.route("GET", "/guilds/:guild", (call) => {
    const guild = guildOf(call);
    const counts = { approximate_member_count: guild.members.size, approximate_presence_count: guild.members.size };
    return { ...guildJson(guild), ...(call.query.get("with_counts") === "true" && counts) };
  });
  router.route("GET", "/guilds/:guild/channels", (call) => {
    const guild = guildOf(call);
    const channels = [...world.channels.values()].filter(({ guildId, thread }) => guildId === guild.id && !thread);
    return channels.map((channel) => channelJson(world, channel));
  });
  router.route("GET", "/guilds/:guild/roles", (call) => {
    const guild = guildOf(call);
    return [...guild.roles.values()].map(roleJson);
  });
  router.route("GET", "/guilds/:guild/members", (call) => {
    const guild = guildOf(call);
    // The list of members is behind the privileged intent, a single one is not.
    if ((application.privilegedIntents & INTENTS.guildMembers) === 0) throw new ApiError(50001);
    return [...guild.members.values()]
      .slice(0, limitOf(call.query, 1, 1000))
      .map((member) => memberWithUser(world, member));
  });
  router.route("GET", "/guilds/:guild/members/search", (call) => {
    const guild = guildOf(call);
    const start = (call.query.get("query") ?? "").toLowerCase();
    return [...guild.members.values()]
      .filter(({ userId }) => world.user(userId).username.toLowerCase().startsWith(start))
      .slice(0, limitOf(call.query, 1, 1000))
      .map((member) => memberWithUser(world, member));
  });
  router.route("GET", "/guilds/:guild/members/:user", (call) => {
    return memberOf(guildOf(call), call.params["user"]!);
  });
  router.route("GET", "/guilds/:guild/threads/active", (call) => {
    const guild = guildOf(call);
    const threads = [...world.channels.values()].filter(
      ({ guildId, thread }) => guildId === guild.id && thread && !thread.archived,
    );
    return {
      threads: threads.map((thread) => channelJson(world, thread, application.botId)),
      members: threads
        .filter(({ thread }) => thread!.members.has(application.botId))
        .map((thread) => threadMemberJson(world, thread, application.botId)),
    };
  });

  router.route("POST", "/users/@me/channels", ({ json }) =>
    channelJson(world, openDm(world, String(json["recipient_id"]))),
  );
  router.route("GET", "/users/:user", ({ params }) => userJson(world.user(params["user"]!)));
}

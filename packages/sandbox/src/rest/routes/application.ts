/** The bot itself: gateway address, application, current user, registered commands. */
import { isLocale, type Locale } from "../../../page/locales.js";
import { ApiError } from "../../api-error.ts";
import { answered } from "../../interactions/localizations.ts";
import { type Json, asArray } from "../../json.ts";
import { guildPermissions } from "../../world/access.ts";
import { memberWithUser, userJson } from "../../world/wire.ts";
import type { RestCall } from "../call.ts";
import type { Services } from "../services.ts";

export function applicationRoutes({ router, world, gateway, commands }: Services): void {
  const { application } = world;
  const bot = () => world.user(application.botId);
  const guilds = () => [...world.guilds.values()].filter(({ members }) => members.has(application.botId));

  router.route("GET", "/gateway", () => ({ url: gateway.url }), { withoutToken: true });
  router.route("GET", "/gateway/bot", () => ({
    url: gateway.url,
    shards: gateway.sharding.shards,
    session_start_limit: {
      total: 1000,
      remaining: 999,
      reset_after: 86_400_000,
      max_concurrency: gateway.sharding.maxConcurrency,
    },
  }));

  const applicationJson = (): Json => ({
    id: application.id,
    name: application.name,
    icon: null,
    description: "",
    type: null,
    bot: userJson(bot()),
    summary: "",
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: "0".repeat(64),
    flags: 0,
    hook: true,
    owner: userJson(world.user(world.guild.ownerId)),
    team: null,
    integration_types_config: { "0": {}, ...(application.userInstall && { "1": {} }) },
    approximate_guild_count: guilds().length,
    approximate_user_install_count: [...world.users.values()].filter(({ hasApp }) => hasApp).length,
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
  });
  router.route("GET", "/applications/@me", applicationJson);
  router.route("GET", "/oauth2/applications/@me", applicationJson);

  router.route("GET", "/users/@me", () => ({
    ...userJson(bot()),
    verified: true,
    mfa_enabled: true,
    locale: bot().locale,
    email: null,
  }));
  router.route("GET", "/users/@me/guilds", () =>
    guilds().map((guild) => ({
      id: guild.id,
      name: guild.name,
      icon: null,
      banner: null,
      owner: false,
      permissions: String(guildPermissions(guild, application.botId)),
      features: [],
    })),
  );
  router.route("GET", "/users/@me/guilds/:guild/member", ({ params }) =>
    memberWithUser(world, world.guildOf(params["guild"]!).members.get(application.botId)!),
  );

  const scopeOf = ({ params }: RestCall): string | null => {
    if (params["application"] !== application.id) throw new ApiError(50001);
    if (params["guild"] !== undefined && !world.guilds.has(params["guild"])) throw new ApiError(50001);
    return params["guild"] ?? null;
  };
  const localeOf = ({ headers }: RestCall): Locale => {
    const asked = [headers.get("x-discord-locale"), headers.get("accept-language")?.split(/[,;]/)[0]];
    return asked.find(isLocale) ?? bot().locale;
  };
  for (const base of ["/applications/:application/commands", "/applications/:application/guilds/:guild/commands"]) {
    router.route("GET", base, (call) => {
      const isWhole = ["true", "True", "1"].includes(call.query.get("with_localizations") ?? "");
      return commands.list(scopeOf(call)).map((command) => answered(command, isWhole ? null : localeOf(call)));
    });
    router.route("PUT", base, (call) =>
      commands.replace(scopeOf(call), asArray(call.body)).map((command) => answered(command, null)),
    );
    router.route("POST", base, (call) => answered(commands.put(scopeOf(call), call.json), null));
    router.route("GET", `${base}/:command`, (call) =>
      answered(commands.get(scopeOf(call), call.params["command"]!), null),
    );
    router.route("PATCH", `${base}/:command`, (call) => {
      const scope = scopeOf(call);
      return answered(commands.put(scope, { ...commands.get(scope, call.params["command"]!), ...call.json }), null);
    });
    router.route(
      "DELETE",
      `${base}/:command`,
      (call) => commands.remove(scopeOf(call), call.params["command"]!) as undefined,
    );
  }
}

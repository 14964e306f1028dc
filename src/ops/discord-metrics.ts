/** What is asked of Discord, on which token, and how the connection is. */
import { type Client, Events, RESTEvents, Status } from "discord.js";
import { Counter, type Registry } from "prom-client";

import { askedGauge } from "./asked-gauge.ts";

/** Requests that are let in by the token in their own address, which Discord counts apart from the bot's. */
const ON_INTERACTION = /^\/(?:webhooks|interactions)\/\d+\//;
/** What Discord says a refusal is about; other words would be of its own making. */
const SCOPES = new Set(["user", "global", "shared"]);

/** Whether all shards of this process are; discord.js calls a client ready that has lost its connection again. */
export function isConnected({ ws: { shards } }: Client): boolean {
  return shards.size > 0 && shards.every(({ status }) => status === Status.Ready);
}

/** @returns a function that ends the measuring */
export function measureDiscord(registry: Registry, client: Client): () => void {
  const registers = [registry];
  const requests = new Counter({
    name: "atelier_discord_requests_total",
    help: "Requests that Discord answered, by the token that they count against and the kind of answer.",
    labelNames: ["token", "status"],
    registers,
  });
  for (const token of ["bot", "interaction"]) requests.inc({ token, status: "2xx" }, 0);
  const limited = new Counter({
    name: "atelier_discord_rate_limited_total",
    help: "Answers 429, by token and by what the limit is of; Discord bans an address after 10,000 in ten minutes.",
    labelNames: ["token", "scope"],
    registers,
  });
  for (const token of ["bot", "interaction"]) limited.inc({ token, scope: "user" }, 0);
  const waits = new Counter({
    name: "atelier_discord_rate_limit_waits_total",
    help: "Requests that were held back so that Discord would not have to refuse them.",
    registers,
  });
  const reconnects = new Counter({
    name: "atelier_gateway_reconnects_total",
    help: "Times that the connection to the gateway broke and was made again.",
    registers,
  });
  const connected = "1 while all shards of this process are connected to the gateway.";
  askedGauge(registry, "atelier_gateway_connected", connected, () => (isConnected(client) ? 1 : 0));
  askedGauge(registry, "atelier_servers", "Servers that this process serves.", () => client.guilds.cache.size);
  const onResponse = ({ path }: { path: string }, { status, headers }: { status: number; headers: Headers }): void => {
    const token = ON_INTERACTION.test(path) ? "interaction" : "bot";
    requests.inc({ token, status: status === 429 ? "429" : `${Math.floor(status / 100)}xx` });
    if (status !== 429) return;
    const scope = headers.get("x-ratelimit-scope") ?? "";
    limited.inc({ token, scope: SCOPES.has(scope) ? scope : "other" });
  };
  const onWait = (): void => waits.inc();
  const onReconnect = (): void => reconnects.inc();
  client.rest.on(RESTEvents.Response, onResponse as never).on(RESTEvents.RateLimited, onWait);
  client.on(Events.ShardReconnecting, onReconnect);
  return () => {
    client.rest.off(RESTEvents.Response, onResponse as never).off(RESTEvents.RateLimited, onWait);
    client.off(Events.ShardReconnecting, onReconnect);
  };
}

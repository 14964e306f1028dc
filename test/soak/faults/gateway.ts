/** Faults of the gateway connection, all of which a bot lives through. */
import { setTimeout as sleep } from "node:timers/promises";

import type { DiscordSandbox } from "@atelier/sandbox";

import type { FaultKind } from "./fault-kind.ts";

const onLine = (name: string, act: (discord: DiscordSandbox) => void): FaultKind => ({
  name,
  strike({ discord }) {
    if (!discord.gateway.online) return null;
    act(discord);
    return name;
  },
});

export const closes = onLine("gateway close 4000", ({ gateway }) => gateway.close(4000));
export const cut = onLine("gateway cut", ({ gateway }) => gateway.cut());
export const reconnect = onLine("gateway op 7", ({ gateway }) => gateway.reconnect());
export const resumable = onLine("gateway op 9, resumable", ({ gateway }) => gateway.invalidate(true));
export const invalid = onLine("gateway op 9, for good", ({ gateway }) => gateway.invalidate(false));

/** The gateway takes nobody for a while, and has forgotten the session after it. */
export const deaf: FaultKind = {
  name: "gateway down",
  async strike({ discord }, draw) {
    if (!discord.gateway.online) return null;
    const seconds = draw.between(0.5, 4);
    discord.gateway.pause();
    await sleep(seconds * 1000);
    discord.gateway.resume();
    return `gateway down for ${seconds.toFixed(1)} s`;
  },
};

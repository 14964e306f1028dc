/** Faults of what the bot stands on: disk, clock, and the rights it has in a channel. */
import { setTimeout as sleep } from "node:timers/promises";

import type { DiscordSandbox } from "@atelier/sandbox";

import { signal } from "../processes.ts";
import type { FaultKind } from "./fault-kind.ts";

export const fullDisk: FaultKind = {
  name: "disk full",
  async strike({ disk }, draw) {
    if (!disk || disk.wasFull(Date.now() - 3000)) return null;
    const seconds = draw.between(0.3, 4);
    disk.fill();
    await sleep(seconds * 1000);
    disk.empty();
    return `disk full for ${seconds.toFixed(1)} s`;
  },
};

/** The bot's clock is put right by so much, or the machine slept: then time has passed for Discord too. */
export const clockJump: FaultKind = {
  name: "clock jump",
  strike({ clock, keeper, discord }, draw) {
    const { pid } = keeper;
    if (pid === null) return null;
    const asleep = draw.chance(0.3);
    const seconds = Math.round(asleep ? draw.between(60, 1200) : draw.between(-15, 120));
    clock.jump(seconds * 1000);
    if (asleep) discord.advance(seconds * 1000);
    signal(pid, "SIGUSR2");
    return `clock jumps by ${seconds} s${asleep ? ", Discord's too" : ""}`;
  },
};

const closedNow = new WeakSet<DiscordSandbox>();

/** The bot loses a right in #gallery for a while. */
export const closedGallery: FaultKind = {
  name: "channel closed",
  async strike({ discord, ledger }, draw) {
    const { id } = discord.channel("gallery");
    if (closedNow.has(discord)) return null;
    const right = draw.pick([
      "VIEW_CHANNEL",
      "SEND_MESSAGES",
      "SEND_MESSAGES_IN_THREADS",
      "CREATE_PUBLIC_THREADS",
      "READ_MESSAGE_HISTORY",
      "ADD_REACTIONS",
    ] as const);
    ledger.closedPlaces.add(id);
    closedNow.add(discord);
    discord.setPermissions(id, { deny: [right] });
    await sleep(draw.between(500, 5000));
    discord.setPermissions(id, {});
    closedNow.delete(discord);
    return `no ${right} in #gallery`;
  },
};

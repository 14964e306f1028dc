/** Faults of the bot's processes: killed, told to go, stopped for a while. */
import { setTimeout as sleep } from "node:timers/promises";

import type { Draw } from "../../draw.ts";
import { partsOf, signal } from "../processes.ts";
import type { Stage } from "../stage.ts";
import type { FaultKind } from "./fault-kind.ts";

/** The bot is left alone for so long after its start: one that is never up does nothing that could go wrong. */
const UP_MS = 2500;
/** Longer than Discord remembers nonces. */
const LONG_DOWN_MS = 6 * 60_000;
const LONG_DOWN_CHANCE = 0.15;

const strikeBot = (name: "SIGKILL" | "SIGTERM"): FaultKind => ({
  name: `bot ${name}`,
  async strike({ keeper, discord, clock }, draw) {
    if (keeper.upMs < UP_MS) return null;
    const downMs = draw.chance(0.5) ? 0 : draw.between(0, 2500);
    const long = draw.chance(LONG_DOWN_CHANCE);
    const back = keeper.strike(name, downMs);
    if (long) {
      clock.jump(LONG_DOWN_MS);
      discord.advance(LONG_DOWN_MS);
    }
    if (!(await back)) return null;
    return `bot ${name}, down for ${Math.round(downMs)} ms${long ? " and six minutes" : ""}`;
  },
});

export const botKilled = strikeBot("SIGKILL");
export const botTold = strikeBot("SIGTERM");

async function stopFor(pid: number, draw: Draw): Promise<string | null> {
  const milliseconds = Math.round(draw.between(200, 4000));
  if (!signal(pid, "SIGSTOP")) return null;
  await sleep(milliseconds);
  signal(pid, "SIGCONT");
  return `${milliseconds} ms`;
}

export const botStopped: FaultKind = {
  name: "bot SIGSTOP",
  async strike({ keeper }, draw) {
    const { pid } = keeper;
    const stopped = pid === null ? null : await stopFor(pid, draw);
    return stopped && `bot SIGSTOP for ${stopped}`;
  },
};

/** The engine, or a reader of members' files. */
function pickPart({ keeper }: Stage, draw: Draw): number | null {
  const parts = keeper.pid === null ? [] : partsOf(keeper.pid);
  return parts.length === 0 ? null : draw.pick(parts);
}

const strikePart = (name: "SIGKILL" | "SIGTERM"): FaultKind => ({
  name: `part ${name}`,
  strike(stage, draw) {
    const pid = pickPart(stage, draw);
    return pid !== null && signal(pid, name) ? `part ${name}` : null;
  },
});

export const partKilled = strikePart("SIGKILL");
export const partTold = strikePart("SIGTERM");

export const partStopped: FaultKind = {
  name: "part SIGSTOP",
  async strike(stage, draw) {
    const pid = pickPart(stage, draw);
    const stopped = pid === null ? null : await stopFor(pid, draw);
    return stopped && `part SIGSTOP for ${stopped}`;
  },
};

/** The end of a soak: the world is put right, members close what they opened, everything comes to rest. */
import type { Message } from "@atelier/sandbox";
import type { APIMessage } from "discord.js";

import { buttonsOf } from "./ledger.ts";
import { asker, NAMES } from "./members/index.ts";
import { partsOf, signal } from "./processes.ts";
import { untilQuiet } from "./quiet.ts";
import { readRecords } from "./records.ts";
import type { Stage } from "./stage.ts";

/** What waits a minute before its next try has had two of them by then. */
const QUIET_MS = 180_000;

/** Takes every fault away. */
export async function putRight({ discord, disk, keeper }: Stage): Promise<void> {
  discord.faults.clear();
  discord.cdn.fault = null;
  disk?.empty();
  await keeper.untilReady();
  for (const pid of [keeper.pid!, ...partsOf(keeper.pid!)]) signal(pid, "SIGCONT");
  await discord.waitFor(() => discord.gateway.online, { timeoutMs: 60_000, what: "the bot to be connected" });
}

/** @returns what did not come to an end, in words */
export async function settle(stage: Stage): Promise<string[]> {
  await closeOpenThings(stage);
  const left = await untilQuiet(stage, QUIET_MS);
  return left.map((words) => `after ${QUIET_MS / 1000} s without a fault, ${words}`);
}

/** Comparisons are open for hours, and learning takes a thousand steps: whoever asked ends them. */
async function closeOpenThings(stage: Stage): Promise<void> {
  const { discord, ledger, dataDir } = stage;
  const { comparisons, learnings } = readRecords(dataDir);
  const open = [
    ...comparisons
      .filter(({ state }) => state === "open")
      .map((one) => ({ ...one, button: `end-comparison:${one.id}` })),
    ...learnings.filter(({ settled }) => settled === 0).map((one) => ({ ...one, button: `stop-learning:${one.id}` })),
  ];
  for (const { user_id: userId, button } of open) {
    const message = ledger.standing.find((one) => buttonsOf(one).includes(button));
    const name = NAMES.find((name) => discord.member(name).id === userId);
    if (!message || !name) continue;
    await asker(name, stage)(`ends ${button}`, discord.member(name).press(refOf(message), button)).catch(
      () => undefined,
    );
  }
}

const refOf = ({ id, channelId }: Message): Pick<APIMessage, "id" | "channel_id"> => ({ id, channel_id: channelId });

/** The members of the server: each does one thing after another until it is told to stop. */
import { setTimeout as sleep } from "node:timers/promises";

import type { InteractionCall, PersonName } from "@atelier/sandbox";

import type { Draw, Weighted } from "../../draw.ts";
import type { Stage } from "../stage.ts";
import { type Acting, ACTS, LEARNING, MODERATING } from "./acts.ts";

export const NAMES: readonly PersonName[] = ["ada", "grace", "linus", "mo"];
const MODERATORS: readonly PersonName[] = ["ada", "mo"];

/** Between two acts, milliseconds. */
const PAUSE_MS = [50, 1000] as const;

export async function actUntil(stage: Stage, draw: Draw, over: AbortSignal): Promise<void> {
  await Promise.all(NAMES.map((name) => live(name, stage, draw.fork(), over)));
}

async function live(name: PersonName, stage: Stage, draw: Draw, over: AbortSignal): Promise<void> {
  const acts: Weighted<(acting: Acting) => Promise<unknown>> = [
    ...ACTS,
    ...(stage.engine === "diffusion" ? LEARNING : []),
    ...(MODERATORS.includes(name) ? MODERATING : []),
  ];
  const person = stage.discord.member(name);
  const ask = asker(name, stage);
  while (!over.aborted) {
    const act = draw.weighted(acts);
    await act({ person, stage, draw: draw.fork(), files: stage.files, ask }).catch((error: unknown) => {
      // What a member may not do, or what went away meanwhile.
      stage.timeline.note("member", `${name}: ${error instanceof Error ? error.message : String(error)}`);
    });
    await sleep(draw.between(...PAUSE_MS), undefined, { signal: over }).catch(() => undefined);
  }
}

/** How somebody asks the bot for something: noted, and waited for until it is acknowledged or failed. */
export function asker(who: PersonName, { ledger, timeline }: Stage) {
  return async (what: string, asking: Promise<InteractionCall>): Promise<InteractionCall> => {
    const call = await asking;
    ledger.asked.push({ who, what, call, at: Date.now() });
    timeline.note("member", `${who} ${what} (${call.interaction.id})`);
    await call.acknowledged.catch(() => timeline.note("member", `${who} ${what}: no answer (${call.interaction.id})`));
    return call;
  };
}

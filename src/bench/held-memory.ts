/** How much memory a measurement takes where its device has it: on a card, or in this process. */
import { writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";

import { type Card, readCard } from "../engine/card.ts";
import type { ExecutionDevice } from "../onnx/devices.ts";
import { peakMemory } from "./peak-memory.ts";

/**
 * Begins to watch. What is asked for later is the most that was held since, bytes: of a card what its driver says is gone,
 * as nothing is given back while a session is open; else what this process held, mapped files included. `null` where
 * nobody says.
 */
export async function watchMemory(device: ExecutionDevice): Promise<() => Promise<number | null>> {
  const card = await readCard(device);
  if (card) return () => readCard(device).then((now) => goneSince(card, now));
  // Linux forgets the peak of before.
  await writeFile("/proc/self/clear_refs", "5").catch(() => undefined);
  const before = resident();
  return async () => {
    const peak = peakMemory();
    return peak === null || before === null ? null : peak - before;
  };
}

const goneSince = (before: Card, now: Card | null): number | null => now && before.freeBytes - now.freeBytes;

function resident(): number | null {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))![1]);
  } catch {
    return null;
  }
}

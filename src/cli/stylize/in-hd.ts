/** `--hd`: what was painted once more, larger and finer, as the picture that it is. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";

import { UserError } from "../../errors.ts";
import { HD_SIDE, hdSize } from "../../hd.ts";
import type { EngineHooks, StylizeReply, StylizeTask } from "../../jobs/engine.ts";
import type { Workbench } from "../workbench.ts";

const largestOf = ({ info }: Workbench): number => info.largestSide ?? HD_SIDE;

/** Before the work: whether a picture of `size` pixels can be painted larger here. @throws UserError */
export function expectLarger(bench: Workbench, size: number): void {
  const largest = largestOf(bench);
  if (hdSize({ width: size, height: size }, largest)) return;
  throw new UserError(
    "hd-largest",
    `HD is painted up to ${largest} pixels here, hardly more than the ${size} of --size. Choose a smaller size, or leave out --hd.`,
  );
}

/** @param task what was painted, and `reply` what came of it */
export async function inHd(
  bench: Workbench,
  task: StylizeTask,
  reply: StylizeReply,
  hooks: EngineHooks,
): Promise<StylizeReply> {
  const { width, height } = hdSize(reply, largestOf(bench))!;
  const sha256 = createHash("sha256")
    .update(await readFile(reply.outputPath))
    .digest("hex");
  const { stepCache: _, ...settings } = task.settings;
  return bench.engine.stylize(
    {
      ...task,
      content: { path: reply.outputPath, sha256 },
      settings: { ...settings, size: Math.max(width, height), hd: true },
      outputPath: path.join(bench.folder, "hd.png"),
    },
    hooks,
  );
}

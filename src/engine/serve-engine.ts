/** The engine's side of the border. */
import type { EngineInfo } from "../jobs/engine.ts";
import { serveChild } from "../process/serve.ts";
import { type News, type PartsOptions, type TaskMessage, toChildSchema } from "./messages.ts";
import type { BuildParts } from "./parts.ts";
import { EngineWorker } from "./worker.ts";

/** Makes this process an engine. Call once, first thing, in a forked process. */
export function serveEngine(build: BuildParts): void {
  serveChild<PartsOptions, TaskMessage, EngineInfo, News>({
    name: "engine",
    messages: toChildSchema,
    async open(options, post) {
      const parts = await build(options, (level, text) => post({ type: "log", level, text }));
      const { stylizer, describer, styleNetwork, safety, device, parallelStages, largestSide } = parts;
      const names = { stylizer: stylizer.id, describer: describer.id, describerLabel: describer.label };
      const worker = new EngineWorker(parts, post);
      if (device !== "cpu" && options.RESULT_SIZE) void worker.warmUp(options.RESULT_SIZE);
      const safetyChecker = safety?.checker.id ?? null;
      const can = { parallelStages, largestSide, blends: true };
      return { info: { ...names, styleNetwork, safetyChecker, device, ...can }, worker };
    },
  });
}

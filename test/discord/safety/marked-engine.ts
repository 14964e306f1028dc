/** The real engine with a checker of the tests: a picture is marked by a height that is a multiple of 13 pixels. */
import { buildParts } from "../../../src/engine/registry.ts";
import { serveEngine } from "../../../src/engine/serve-engine.ts";
import type { SafetyChecker } from "../../../src/safety/checker.ts";

const MARK = 13;

const checker: SafetyChecker = { id: "marked", isUnsafe: async ({ height }) => height % MARK === 0 };

serveEngine(async (options, report) => ({
  ...(await buildParts(options, report)),
  safety: { checker, quick: checker },
}));

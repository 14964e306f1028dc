/** Settings and drawings of the engine's tests, free of the test runner: fixtures import them too. */
import path from "node:path";

import type { SupervisorConfig } from "../../src/engine/supervisor.ts";

/** The engine's own process. */
export const CHILD = path.resolve(import.meta.dirname, "../../src/engine/child.ts");
/** One that misbehaves on demand. */
export const ODD = path.join(import.meta.dirname, "fixtures/odd-engine.ts");

export const CONFIG: SupervisorConfig = {
  ENGINE: "auto",
  ENGINE_PARTS: "both",
  CAPTIONER: "auto",
  CAPTION_TOKENS: 100,
  DATA_DIR: "/nonexistent",
  MODELS_DIR: "/nonexistent",
  MODEL_MEMORY: 1,
  PRECISION: "auto",
  STEP_CACHE: "off",
  CANCEL_GRACE_SECONDS: 5,
  STAGE_MINUTES: 1,
};

/** Two small drawings with something to find in them. */
export const DRAWINGS = {
  content: `<svg width="96" height="64"><rect width="96" height="64" fill="#9cf"/><circle cx="40" cy="36" r="20" fill="#c33"/></svg>`,
  style: `<svg width="80" height="80"><rect width="80" height="80" fill="#fd0"/><path d="M0 0L80 80M0 40L40 80M40 0L80 40" stroke="#036" stroke-width="7"/></svg>`,
};

/** Everything that is fuzzed. */
import { SANDBOX } from "./sandbox.ts";
import { SETTINGS } from "./settings.ts";
import type { Target } from "./target.ts";
import { WEIGHTS } from "./weights.ts";

export const TARGETS: readonly Target[] = [...WEIGHTS, ...SETTINGS, ...SANDBOX];

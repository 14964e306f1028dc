import { configDefaults, defineConfig } from "vitest/config";

import { ClosingLine } from "./test/closing-line.ts";

/** What starts and kills many processes, or learns for long: `npm run test:slow`, and CI, run these alone. */
const SLOW = "**/*.slow.test.ts";

export default defineConfig(({ mode }) => ({
  test: {
    include: mode === "slow" ? [SLOW] : ["test/**/*.test.ts", "packages/*/{example,test}/**/*.test.ts"],
    exclude: mode === "slow" ? configDefaults.exclude : [...configDefaults.exclude, SLOW],
    pool: "forks",
    // Bot tests mostly wait: one worker more than the two cores of CI keeps those busy.
    maxWorkers: 3,
    // Loading the same modules for each file anew cost a third of the processor time of the small ones.
    isolate: false,
    // Waits are for conditions; these only end what hangs, on a machine that may be busy with other things.
    expect: { poll: { timeout: 120_000 } },
    testTimeout: 300_000,
    hookTimeout: 120_000,
    reporters: ["default", new ClosingLine()],
  },
}));

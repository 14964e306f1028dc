import { defineConfig } from "vitest/config";

import { ClosingLine } from "./test/closing-line.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "packages/*/{example,test}/**/*.test.ts"],
    pool: "forks",
    // Bot tests mostly wait: two workers more than the two cores of CI keep those busy.
    maxWorkers: 4,
    // Loading the same modules for each file anew cost a third of the processor time of the small ones.
    isolate: false,
    // Waits are for conditions; these only end what hangs, on a machine that may be busy with other things.
    expect: { poll: { timeout: 120_000 } },
    testTimeout: 300_000,
    hookTimeout: 120_000,
    reporters: ["default", new ClosingLine()],
  },
});

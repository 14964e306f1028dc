import { defineConfig } from "vitest/config";

import { ClosingLine } from "./test/closing-line.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "packages/*/{example,test}/**/*.test.ts"],
    pool: "forks",
    // Bot tests mostly wait: one worker more than the two cores of CI keeps those busy.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ["default", new ClosingLine()],
  },
});

import { configDefaults, defineConfig } from "vitest/config";

import { ClosingLine } from "./test/closing-line.ts";

/** What starts and kills many processes, or learns for long: `npm run test:slow`, and CI, run these alone. */
const SLOW = "**/*.slow.test.ts";
/** What computes on WebGPU: `npm run test:webgpu`, and CI, run these alone. */
const WEBGPU = "**/*.webgpu.test.ts";

/** What installations of several machines need: `npm run test:remote`, and CI, run it over real servers. */
const REMOTE = "**/*.remote.test.ts";
/** Said of every database: it runs over PostgreSQL as well. */
const OF_ANY_DATABASE =
  "test/store/{blends,erasing/erased,erasing/erasures,erasing/sweep,export-salt,fleet,job-desk,learning-states,leases,ownership,painted-surveys,store,style-vectors,styles}.test.ts";

/** What asks the providers of graphics cards, one of which is fetched for it: `npm run test:placement`, and CI. */
const PLACEMENT = "**/*.placement.test.ts";

const INCLUDE: Readonly<Record<string, readonly string[]>> = {
  slow: [SLOW],
  placement: [PLACEMENT],
  webgpu: [WEBGPU],
  remote: [REMOTE, OF_ANY_DATABASE],
};

export default defineConfig(({ mode }) => ({
  test: {
    include: [...(INCLUDE[mode] ?? ["test/**/*.test.ts", "packages/*/{example,test}/**/*.test.ts"])],
    exclude: mode in INCLUDE ? configDefaults.exclude : [...configDefaults.exclude, SLOW, PLACEMENT, REMOTE, WEBGPU],
    globalSetup: mode === "remote" ? ["test/remote/servers.ts"] : [],
    pool: "forks",
    // Bot tests mostly wait: one worker more than the two cores of CI keeps those busy.
    maxWorkers: 3,
    // Two files that fetch and build the same libraries would be in each other's way.
    fileParallelism: mode !== "placement",
    // Loading the same modules for each file anew cost a third of the processor time of the small ones.
    isolate: false,
    // Waits are for conditions; these only end what hangs, on a machine that may be busy with other things.
    expect: { poll: { timeout: 120_000 } },
    testTimeout: mode === "remote" ? 120_000 : 300_000,
    // Over servers that are processes of their own, on a machine that may do much else. What hung was found (decision 0070);
    // a test that is tried again is said so in what is printed, and is looked into.
    retry: mode === "remote" ? 2 : 0,
    hookTimeout: 120_000,
    reporters: ["default", new ClosingLine()],
  },
}));

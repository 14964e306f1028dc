import { describe, expect, it } from "vitest";

import { soak } from "./soak.ts";

describe.skipIf(process.platform !== "linux")("a short soak (needs Linux: it reads /proc)", () => {
  it("violates nothing", async () => {
    const { violations, faults, jobs } = await soak({ seed: 20_261_128, seconds: 4, engine: "embedded" });
    expect(violations).toEqual([]);
    expect(faults).toBeGreaterThan(0);
    expect(jobs).toBeGreaterThan(0);
  }, 240_000);
});

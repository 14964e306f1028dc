import { expect, it } from "vitest";

import { benchEmbedded } from "../../src/bench/embedded.ts";
import { landscape, brushwork } from "../stylize/embedded/fixtures.ts";

it("times the engine beside that of a commit, in processes of their own", async () => {
  let runs = 0;
  const { atelier, other } = await benchEmbedded({
    content: landscape(96, 64),
    style: brushwork(96, 64),
    size: 96,
    variant: "image-prompt",
    against: "HEAD",
    runs: 1,
    onRun: () => runs++,
  });
  expect(runs).toBe(2);
  for (const timed of [atelier, other!]) {
    expect(timed.seconds).toBeGreaterThan(timed.firstPreviewSeconds);
    expect(timed.describeSeconds).toBeGreaterThan(0);
    expect(timed.cpuSeconds).toBeGreaterThan(0);
    expect(timed.peakMegabytes).toBeGreaterThan(50);
  }
});

it("says that there is no such commit", async () => {
  const picture = landscape(32, 32);
  const asked = { content: picture, style: picture, size: 32, variant: "inst", against: "no-such-commit" } as const;
  await expect(benchEmbedded(asked)).rejects.toMatchObject({ identifier: "no-commit" });
});

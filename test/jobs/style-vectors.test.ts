/** Looking at the pictures of styles: in the background, whatever becomes of single ones. */
import pino from "pino";
import { describe, expect, it } from "vitest";

import { CancelledError, EngineError } from "../../src/errors.ts";
import type { EngineInfo } from "../../src/jobs/engine.ts";
import { similarTo } from "../../src/jobs/style-likeness.ts";
import { StyleVectors, type StyleVectorsOptions } from "../../src/jobs/style-vectors.ts";

const LOG = pino({ level: "silent" });
const INFO: EngineInfo = {
  stylizer: "embedded",
  describer: "palette",
  describerLabel: "palette",
  styleNetwork: "net",
  safetyChecker: null,
  device: "cpu",
  parallelStages: false,
};

/** A library in memory of pictures `1` to `count`, and an engine of which the test decides what it does. */
function workplace(count: number, see: (sha256: string, signal?: AbortSignal) => Promise<readonly number[]>) {
  const seen = new Map<string, readonly number[]>();
  const names = Array.from({ length: count }, (_, i) => String(i + 1).padStart(4, "0"));
  const store: StyleVectorsOptions["store"] = {
    styles: { get: async () => [] },
    styleVectors: {
      unseen: async (_, after, limit) => names.filter((name) => name > after && !seen.has(name)).slice(0, limit),
      save: async (sha256, _, vector) => void seen.set(sha256, Array.from(vector)),
      inServer: async () =>
        names.map((name) => ({ styleId: name, pictureSha256: name, vector: seen.get(name) ?? null })),
    },
  };
  const asked: string[] = [];
  const tasks: StyleVectorsOptions["tasks"] = {
    info: INFO,
    styleVector: ({ sha256 }, { signal } = {}) => {
      asked.push(sha256);
      return see(sha256, signal);
    },
  };
  return { seen, asked, names, vectors: new StyleVectors({ tasks, store, log: LOG }) };
}

describe("looking at styles", () => {
  it("goes through all that an earlier run left, one at a time, and takes what is asked for first", async () => {
    let atOnce = 0;
    let most = 0;
    const { seen, asked, names, vectors } = workplace(250, async () => {
      most = Math.max(most, ++atOnce);
      await new Promise(setImmediate);
      atOnce--;
      return [1];
    });
    vectors.look("0200");
    vectors.resume();
    await expect.poll(() => seen.size).toBe(250);
    expect(asked[0]).toBe("0200");
    expect(asked.toSorted()).toEqual(names);
    expect(most).toBe(1);
    await vectors.close();
  });

  it("is not held up by a picture that cannot be looked at, which is left to the next start", async () => {
    const { seen, asked, vectors } = workplace(3, async (sha256) => {
      if (sha256 === "0002") throw new EngineError("no", { retryable: true });
      return [1];
    });
    vectors.resume();
    await expect.poll(() => seen.size).toBe(2);
    for (let n = 0; n < 3; n++) {
      await vectors.kinOf({ id: "0001", guildId: "1" }, 3);
      vectors.look("0003");
      await expect.poll(() => asked.filter((sha256) => sha256 === "0003")).toHaveLength(n + 2);
    }
    expect(asked.filter((sha256) => sha256 === "0002")).toHaveLength(1);
    await vectors.close();
  });

  it("ends when the bot goes down", async () => {
    const { asked, seen, vectors } = workplace(
      3,
      (_, signal) =>
        new Promise((_resolve, reject) => signal!.addEventListener("abort", () => reject(new CancelledError()))),
    );
    vectors.resume();
    await expect.poll(() => asked).toEqual(["0001"]);
    await vectors.close();
    expect(asked).toEqual(["0001"]);
    expect(seen.size).toBe(0);
  });
});

describe("styles", () => {
  const library = [
    { styleId: "a", pictureSha256: "1", vector: [1, 0] },
    { styleId: "across", pictureSha256: "2", vector: [0, 1] },
    { styleId: "near", pictureSha256: "3", vector: [0.8, 0.6] },
    { styleId: "twin", pictureSha256: "1", vector: [1, 0] },
    { styleId: "unseen", pictureSha256: "4", vector: null },
  ];

  it("are similar from a certain likeness on, the closest first", () => {
    expect(similarTo("a", library)).toEqual(["twin", "near"]);
    expect(similarTo("across", library)).toEqual(["near"]);
    expect(similarTo("a", library.slice(0, 2))).toEqual([]);
  });

  it("that were not looked at are like none, as far as is known", () => {
    expect(similarTo("unseen", library)).toBeNull();
    expect(similarTo("gone", library)).toBeNull();
  });
});

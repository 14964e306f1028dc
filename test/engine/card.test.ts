/** What is asked of a card's driver; its program is stood in for, as there is no card. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { cardBudget, cardEnvironment, countCards, readCard } from "../../src/engine/card.ts";
import { probeDevice } from "../../src/engine/choose-device.ts";

const MIB = 1024 * 1024;
let folder: string;
const before = process.env["PATH"];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-card-"));
  process.env["PATH"] = `${folder}${path.delimiter}/bin`;
});
afterEach(async () => {
  process.env["PATH"] = before;
  delete process.env["CUDA_VISIBLE_DEVICES"];
  await rm(folder, { recursive: true, force: true });
});

/** An `nvidia-smi` that prints what the real one prints for these arguments. */
async function install(script: string): Promise<void> {
  const file = path.join(folder, "nvidia-smi");
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

describe.skipIf(process.platform === "win32")("a card (skipped on Windows)", () => {
  it("is told by NVIDIA's driver, the first that is visible", async () => {
    await install(`case "$*" in *--id=1*) echo "NVIDIA RTX A2000, 570.86.10, 6138, 5900, 8.6";; *)
      echo "NVIDIA GeForce RTX 3060, 570.86.10, 12288, 11500, 8.6"; echo "NVIDIA RTX A2000, 570.86.10, 6138, 5900, 8.6";; esac`);
    const first = {
      name: "NVIDIA GeForce RTX 3060",
      driver: "570.86.10",
      capability: 8.6,
      totalBytes: 12_288 * MIB,
      freeBytes: 11_500 * MIB,
    };
    expect(await readCard("cuda")).toEqual(first);
    process.env["CUDA_VISIBLE_DEVICES"] = "1";
    expect(await readCard("cuda")).toMatchObject({ name: "NVIDIA RTX A2000" });
    expect(await readCard("cpu")).toBeNull();
  });

  it("is chosen by its number, counted as the driver does, among those that are not hidden", async () => {
    await install(`case "$*" in *--id=GPU-b*) echo "NVIDIA RTX A2000, 570.86.10, 6138, 5900, 8.6";; *uuid*)
      echo GPU-a; echo GPU-b;; esac`);
    expect(await countCards()).toBe(2);
    expect(cardEnvironment(null)).toEqual({});
    expect(cardEnvironment(1)).toEqual({ CUDA_VISIBLE_DEVICES: "1", CUDA_DEVICE_ORDER: "PCI_BUS_ID" });
    process.env["CUDA_VISIBLE_DEVICES"] = "GPU-c, GPU-d,GPU-b";
    expect(await countCards()).toBe(3);
    expect(cardEnvironment(2)).toMatchObject({ CUDA_VISIBLE_DEVICES: "GPU-b" });
    expect(await readCard("cuda", cardEnvironment(2))).toMatchObject({ name: "NVIDIA RTX A2000" });
    expect(await probeDevice("cuda", { card: 3 })).toBe("there are 3 NVIDIA cards, cuda:0 to cuda:2");
  });

  it.each([
    "echo 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.'; exit 9",
    "echo 'No devices were found'",
  ])("is none where the driver has none (%s)", async (script) => {
    await install(script);
    expect(await readCard("cuda")).toBeNull();
  });

  it("leaves networks what is free, without the driver's part and a little for others", () => {
    const card = { name: "A", driver: "1", capability: null, totalBytes: 8e9, freeBytes: 7.6e9 };
    expect(cardBudget("cuda", card, undefined)).toBeCloseTo(7.6e9 - 0.32e9 - 0.6e9);
    expect(cardBudget("cuda", card, 6e9)).toBeCloseTo(5.4e9);
    expect(cardBudget("webgpu", null, undefined)).toBeNull();
  });
});

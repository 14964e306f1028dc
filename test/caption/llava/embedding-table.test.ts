import { mkdtemp, rm, stat, truncate } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { EmbeddingTable } from "../../../src/caption/llava/embedding-table.ts";
import { writeSafetensors } from "../../../src/onnx/files/safetensors-file.ts";
import { readSafetensors } from "../../../src/onnx/files/safetensors.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-table-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("an embedding table that has become shorter says so, and gives no zeros", async () => {
  const file = path.join(folder, "table.safetensors");
  const table = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] };
  await writeSafetensors(file, { tensors: { table }, metadata: {} });
  const opened = await EmbeddingTable.open(await readSafetensors(file), "table", 2);
  await truncate(file, (await stat(file)).size - 4);
  expect((await opened.rows([1, 0])).data).toEqual(Float32Array.of(3, 4, 1, 2));
  await expect(opened.rows([0, 2])).rejects.toMatchObject({
    name: "EngineError",
    message: expect.stringMatching(/ends within a tensor/) as unknown,
  });
  await opened.close();
});

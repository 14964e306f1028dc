import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createLocalTasks } from "../../../src/jobs/local/local-tasks.ts";
import { createFolderPictures } from "../../../src/pictures/folder.ts";
import { ScriptedEngine } from "../scripted-engine.ts";
import { tasksContract, type TasksBench } from "../tasks-contract.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-tasks-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function open(): Promise<TasksBench> {
  const engine = new ScriptedEngine();
  const own = await mkdtemp(path.join(folder, "bench-"));
  const files = createFolderPictures(path.join(own, "pictures"));
  const tasks = createLocalTasks({ engine, files, dataDir: own });
  return { tasks, engine, picture: async (name) => (await files.put(Buffer.from(name))).sha256 };
}

describe("tasks of this machine's engine", () => {
  tasksContract(open);

  it("are refused where the engine cannot learn", async () => {
    const { tasks, engine } = await open();
    expect(tasks.whyNoLearning()).toMatchObject({ identifier: "learning-needs-diffusion" });
    engine.info = { ...engine.info!, stylizer: "diffusion" };
    expect(tasks.whyNoLearning()).toBeNull();
  });

  it("leave nothing of learnings that are over, nor of a process that was killed", async () => {
    const { tasks } = await open();
    await tasks.keepOnly(new Set(), async () => false);
    await mkdir(path.join(tasks.folder, "1"), { recursive: true });
    for (const name of ["1.safetensors", "2.safetensors", "1.safetensors.x.part", "3.safetensors.y.part"])
      await writeFile(path.join(tasks.folder, name), "");
    await tasks.keepOnly(new Set(["1"]), async (id) => id === "3");
    expect((await readdir(tasks.folder)).toSorted()).toEqual(["1", "1.safetensors", "3.safetensors.y.part"]);
  });
});

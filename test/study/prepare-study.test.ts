import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { exists } from "../../src/exists.ts";
import { DATA_FOLDER } from "../../src/study/manifest.ts";
import { prepareStudy } from "../../src/study/prepare-study.ts";
import { useTinyDisk } from "../store/tiny-disk.ts";
import { useStudyRoom } from "./study-room.ts";

const room = useStudyRoom();
const disk = useTinyDisk("4m");

describe("the pictures of a study", () => {
  it("leave out, by name, what is broken and what is there twice", async () => {
    await writeFile(path.join(room.folder, "contents/broken.png"), "no picture");
    await writeFile(
      path.join(room.folder, "contents/a-cat.png"),
      await readFile(path.join(room.folder, "contents/cat.png")),
    );
    const { contents, pairs } = await prepareStudy(room.order());
    expect(contents.pictures.map(({ name }) => name)).toEqual(["a-cat", "dog"]);
    expect(contents.leftOut).toEqual([
      { role: "content", file: "broken.png", why: expect.stringContaining("is not a picture") as string },
      { role: "content", file: "cat.png", why: "the same picture as a-cat.png" },
    ]);
    expect(pairs).toHaveLength(4);
  });

  it("are told apart where only their endings differ, and have the licences that lie beside them", async () => {
    await room.draw("contents/cat.webp", "#123");
    await writeFile(path.join(room.folder, "contents/licences.json"), '{"cat.png": "CC0"}');
    const { contents } = await prepareStudy(room.order());
    expect(contents.pictures.map(({ name, licence }) => [name, licence])).toEqual([
      ["cat", "CC0"],
      ["cat.webp", null],
      ["dog", null],
    ]);
    await writeFile(path.join(room.folder, "contents/licences.json"), "[]");
    await expect(prepareStudy(room.order())).rejects.toMatchObject({ identifier: "study-licences" });
  });

  it("are refused where there are none, none that can be used, or too few for the pairs", async () => {
    await expect(prepareStudy(room.order({ pairs: 5 }))).rejects.toMatchObject({ identifier: "too-many-pairs" });
    await rm(path.join(room.folder, "styles/ink.png"));
    await writeFile(path.join(room.folder, "styles/oil.png"), "no picture");
    await expect(prepareStudy(room.order())).rejects.toMatchObject({
      identifier: "no-pictures",
      message: expect.stringContaining("oil.png") as string,
    });
    await rm(path.join(room.folder, "styles/oil.png"));
    await expect(prepareStudy(room.order())).rejects.toMatchObject({ identifier: "no-pictures" });
  });

  it("are refused by name where one was changed or taken away since the study was begun", async () => {
    await room.run(room.order());
    const cat = path.join(room.folder, "contents/cat.png");
    const before = await readFile(cat);
    await room.draw("contents/cat.png", "#abc");
    await expect(prepareStudy(room.order())).rejects.toMatchObject({
      identifier: "study-picture-changed",
      message: expect.stringContaining("cat.png") as string,
    });
    await rm(cat);
    await expect(prepareStudy(room.order())).rejects.toMatchObject({ identifier: "study-picture-gone" });
    await writeFile(cat, before);
    expect((await prepareStudy(room.order())).contents.pictures).toHaveLength(2);
  });
});

describe("the folder of a study", () => {
  it("is refused where it holds something else, or a manifest that nobody knows", async () => {
    const { out } = room.order();
    await mkdir(path.join(out, "holiday"), { recursive: true });
    await expect(prepareStudy(room.order())).rejects.toMatchObject({ identifier: "out-folder" });
    await writeFile(path.join(out, "study.json"), '{"format": "atelier-study", "version": 99}');
    await expect(prepareStudy(room.order())).rejects.toMatchObject({ identifier: "study-unreadable" });
    await rm(out, { recursive: true });
    await writeFile(out, "");
    await expect(prepareStudy(room.order())).rejects.toMatchObject({ identifier: "out-folder" });
  });

  it("is taken where a run was killed in it before it had a manifest", async () => {
    await mkdir(path.join(room.order().out, DATA_FOLDER), { recursive: true });
    await writeFile(path.join(room.order().out, "study.json.1234.part"), "{");
    expect((await prepareStudy(room.order())).before).toBeNull();
  });

  it.skipIf(disk === null)(
    "is refused before any work where 2,400 pictures do not fit on its disk (needs mount)",
    async () => {
      const drawn = [...Array(20).keys()].map((n) => room.draw(`contents/c${n}.png`, `rgb(${n},9,0)`));
      await Promise.all([
        ...drawn,
        ...[...Array(40).keys()].map((n) => room.draw(`styles/s${n}.png`, `rgb(0,${n},9)`)),
      ]);
      for (const file of ["contents/cat.png", "contents/dog.png", "styles/ink.png", "styles/oil.png"])
        await rm(path.join(room.folder, file));
      const out = path.join(disk!, "study/of/mine");
      const settings = { ...room.order().settings, size: 512 };
      await expect(prepareStudy(room.order({ out, settings }))).rejects.toMatchObject({
        identifier: "disk-space",
        message: expect.stringMatching(
          /1\.9 GB and a reserve .* Free some room, or ask for fewer than these 2,400 pictures, or name another folder with --out\./,
        ) as string,
      });
      // Nothing was begun: whoever asks for less finds the folder empty.
      expect(await exists(out)).toBe(false);
    },
  );
});

describe("what is asked for", () => {
  it("is refused where there is nothing to paint, or the same twice", async () => {
    await expect(prepareStudy(room.order({ variants: [] }))).rejects.toMatchObject({ identifier: "no-candidates" });
    await expect(prepareStudy(room.order({ variants: ["inst", "inst"] }))).rejects.toMatchObject({
      identifier: "candidate-twice",
    });
    await expect(prepareStudy(room.order({ seeds: [3, 3] }))).rejects.toMatchObject({ identifier: "seed-twice" });
  });
});

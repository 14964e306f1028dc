/** One job from the queue to its picture. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { describe, expect, it } from "vitest";

import type { PictureRef } from "../../../src/jobs/job.ts";
import { pictureRef, request } from "../requests.ts";
import { type QueueBench, told, willing } from "./bench.ts";

export function oneJob({ setUp, folder }: QueueBench): void {
  describe("one job", () => {
    it("is queued, described, painted, stored and told in order", async () => {
      const { engine, store, queue, events, settled } = await setUp();
      const job = await queue.enqueue(request({ extraPrompt: "more gold" }));
      expect(job).toMatchObject({ state: "queued", attempts: 0, variant: null });

      const caption = await engine.call(0);
      expect(caption.kind).toBe("describe");
      expect(await queue.get(job.id)).toMatchObject({ state: "captioning", attempts: 1, variant: "image-prompt" });
      caption.hooks.onNews?.({ type: "text", text: "blue" });
      await told(events, "description");
      await caption.succeed("blue strokes");

      const painting = await engine.call(1);
      expect(painting.task).toMatchObject({
        variant: "image-prompt",
        description: "blue strokes",
        ownWords: ["more gold"],
        content: { path: await store.files.local(job.request.content.sha256) },
        settings: { seed: 1, size: 64, strength: 0.6, steps: null },
      });
      painting.hooks.onNews?.({ type: "progress", step: 1, steps: 4 });
      const preview = path.join(folder(), "preview.jpg");
      await writeFile(preview, "coarse pixels");
      painting.hooks.onNews?.({ type: "preview", path: preview, step: 1, steps: 4, unsafe: false });
      await told(events, "preview");
      await painting.succeed(Buffer.from("pixels"));

      const done = await settled(job);
      expect(done).toMatchObject({
        state: "done",
        attempts: 1,
        description: "blue strokes",
        describer: "scripted",
        result: { variant: "image-prompt", engine: "embedded", steps: 6, picture: { width: 64, height: 48 } },
        failure: null,
      });
      expect(await readFile(await store.files.local(done.result!.picture.sha256), "utf8")).toBe("pixels");
      expect(await queue.get(job.id)).toEqual(done);
      expect(await store.jobs.get(job.id)).toEqual(done);
      expect(events.map(({ type }) => type)).toEqual([
        "queued",
        "started",
        "description",
        "description",
        "started",
        "progress",
        "preview",
        "done",
      ]);
      expect(events.slice(1, 6)).toMatchObject([
        { stage: "caption", attempt: 1 },
        { text: "blue", done: false },
        { text: "blue strokes", done: true },
        { stage: "stylize", attempt: 1 },
        { stage: "stylize", step: 1, steps: 4, etaSeconds: expect.any(Number) },
      ]);
    });

    it("of several styles is described by each, once, and painted by all of them", async () => {
      const { engine, store, queue, events, settled } = await setUp();
      const [style, second, third] = ["style", "dots", "waves"].map(pictureRef) as [PictureRef, PictureRef, PictureRef];
      const others = [
        { picture: second, weight: 0.3, description: null },
        { picture: third, weight: 0.2, description: "Wide bands." },
      ];
      const blend = { weight: 0.5, description: null, others };
      const job = await queue.enqueue(request({ style, blend, extraPrompt: "more gold" }));
      await (await engine.call(0)).succeed("blue strokes");
      const described = await engine.call(1);
      expect(described.task).toMatchObject({ image: { sha256: second.sha256 } });
      expect(await queue.get(job.id)).toMatchObject({ state: "captioning", attempts: 1, description: "blue strokes" });
      await described.succeed("small dots");

      const painting = await engine.call(2);
      expect(painting.task).toMatchObject({
        style: { sha256: style.sha256 },
        description: "blue strokes",
        ownWords: ["more gold"],
        blend: {
          weight: 0.5,
          others: [
            { picture: { sha256: second.sha256 }, description: "small dots", weight: 0.3 },
            { picture: { sha256: third.sha256 }, description: "Wide bands.", weight: 0.2 },
          ],
        },
      });
      await painting.succeed();
      const otherWords = [
        { text: "small dots", describer: "scripted" },
        { text: "Wide bands.", describer: "user" },
      ];
      const done = await settled(job);
      expect(done).toMatchObject({ state: "done", description: "blue strokes", describer: "scripted", otherWords });
      expect(await store.jobs.get(job.id)).toEqual(done);
      const told = events.filter(({ type, ...event }) => type === "description" && "done" in event && event.done);
      expect(told).toMatchObject([{ text: "blue strokes" }, { text: "small dots" }, { text: "Wide bands." }]);

      // Words of a person's own stand for all of them, and what is known is not looked for again.
      const own = await queue.enqueue(request({ style, blend, description: "red scribbles", parentId: job.id }));
      const byOwn = await engine.call(3);
      const none = [{ description: null }, { description: null }];
      expect(byOwn.task).toMatchObject({ description: null, ownWords: ["red scribbles"], blend: { others: none } });
      await byOwn.succeed();
      expect(await settled(own)).toMatchObject({ description: "red scribbles", describer: "user", otherWords: [] });
      const again = await queue.enqueue(request({ style, blend, seed: 2, parentId: own.id }));
      await (await engine.call(4)).succeed();
      expect(await settled(again)).toMatchObject({ description: "blue strokes", otherWords });
    });

    it("leaves no previews behind", async () => {
      const { queue, settled, close } = await setUp({ engine: willing });
      await settled(await queue.enqueue(request()));
      await close();
      expect(await readdir(path.join(folder(), "work")).catch(() => [])).toEqual([]);
    });

    it("of the variant InST needs no description and waits for none", async () => {
      const { engine, queue, settled } = await setUp({ engine: willing });
      const job = await queue.enqueue(request({ variant: "inst", extraPrompt: "gold" }));
      expect(await settled(job)).toMatchObject({ description: null, describer: null, result: { variant: "inst" } });
      expect(engine.calls.map(({ kind }) => kind)).toEqual(["stylize"]);
    });

    it("of the variant InST shows a description that is known anyway, and paints without it", async () => {
      const { engine, queue, settled } = await setUp({ engine: willing });
      await settled(await queue.enqueue(request()));
      const job = await settled(await queue.enqueue(request({ variant: "inst" })));
      expect(job.description).toBe("blue strokes");
      expect(engine.calls.at(-1)!.task).toMatchObject({ variant: "inst", description: null, ownWords: [] });
    });

    it("is described in the person's own words where they are given", async () => {
      const { engine, queue, events, settled } = await setUp();
      const queued = await queue.enqueue(
        request({ variant: "prompt", description: "  A woodcut ", extraPrompt: "in red" }),
      );
      const painting = await engine.call(0);
      await told(events, "description");
      await painting.succeed();
      const job = await settled(queued);
      expect(job).toMatchObject({ description: "A woodcut", describer: "user" });
      expect(engine.calls.map(({ kind }) => kind)).toEqual(["stylize"]);
      expect(engine.calls[0]!.task).toMatchObject({ description: null, ownWords: ["A woodcut", "in red"] });
      expect(events).toContainEqual(expect.objectContaining({ type: "description", done: true }));
    });
  });
}

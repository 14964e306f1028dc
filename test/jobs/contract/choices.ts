/** What is asked of the engine, and what is known already: descriptions, the variant `auto`. */

import { describe, expect, it } from "vitest";

import { EngineError } from "../../../src/errors.ts";
import type { ChooseVariant } from "../../../src/jobs/choose-variant.ts";
import { pictureRef, request } from "../requests.ts";
import type { ScriptedEngineOptions } from "../scripted-engine.ts";
import { type QueueBench, willing } from "./bench.ts";

export function choices({ setUp }: QueueBench): void {
  describe("descriptions", () => {
    it("are made once per style", async () => {
      const { engine, queue, settled } = await setUp({ engine: willing });
      await settled(await queue.enqueue(request()));
      const second = await settled(await queue.enqueue(request({ content: pictureRef("another") })));
      await settled(await queue.enqueue(request({ style: pictureRef("another style") })));
      expect(second).toMatchObject({ description: "blue strokes", result: { seconds: { caption: 0 } } });
      expect(engine.calls.filter(({ kind }) => kind === "describe")).toHaveLength(2);
    });

    it("of a rerun are the parent's, whatever describer is installed by now", async () => {
      const { engine, queue, settled } = await setUp({ engine: willing });
      const parent = await settled(await queue.enqueue(request({ extraPrompt: "gold" })));
      engine.info = { ...engine.info!, describer: "newer" };
      const rerun = await settled(await queue.enqueue(request({ extraPrompt: "gold", parentId: parent.id, seed: 2 })));
      expect(rerun.description).toBe("blue strokes");
      expect(engine.calls.at(-1)!.task).toMatchObject({ description: "blue strokes", ownWords: ["gold"] });
      const edited = await settled(await queue.enqueue(request({ description: "A woodcut", parentId: parent.id })));
      const again = await settled(await queue.enqueue(request({ parentId: edited.id })));
      expect(again).toMatchObject({ description: "A woodcut", describer: "user" });
      expect(engine.calls.filter(({ kind }) => kind === "describe")).toHaveLength(1);
    });
  });

  describe('the variant "auto"', () => {
    const withFace = (prominent: boolean): ScriptedEngineOptions => ({
      onCall: (call) => void call.succeed(call.kind === "faces" ? { prominent, faces: [] } : undefined),
    });

    it("is the description alone where there is a prominent face, else both; and says why", async () => {
      const { queue, settled, close } = await setUp({ engine: withFace(true) });
      const face = await settled(await queue.enqueue(request({ variant: "auto" })));
      await close();
      expect(face).toMatchObject({ variant: "prompt", variantReason: expect.stringContaining("face") });
      const other = await setUp({ engine: withFace(false) });
      const none = await other.settled(
        await other.queue.enqueue(request({ variant: "auto", content: pictureRef("landscape") })),
      );
      expect(none).toMatchObject({ variant: "image-prompt", variantReason: expect.stringContaining("no prominent") });
    });

    it("looks for faces once per picture", async () => {
      const { engine, queue, settled } = await setUp({ engine: withFace(true) });
      await settled(await queue.enqueue(request({ variant: "auto" })));
      await settled(await queue.enqueue(request({ variant: "auto" })));
      expect(engine.calls.filter(({ kind }) => kind === "faces")).toHaveLength(1);
    });

    it("is chosen without faces when they cannot be looked for", async () => {
      const { queue, settled } = await setUp({
        engine: {
          onCall: (call) =>
            call.kind === "faces"
              ? call.fail(new EngineError("gone", { retryable: true }))
              : void call.succeed(undefined),
        },
      });
      expect(await settled(await queue.enqueue(request({ variant: "auto" })))).toMatchObject({
        state: "done",
        attempts: 1,
        variant: "image-prompt",
      });
    });

    it("can be chosen by another chooser", async () => {
      const chooseVariant: ChooseVariant = (job, face) => ({
        variant: "inst",
        reason: `${job.request.userId} ${face?.source}`,
      });
      const { queue, settled } = await setUp({ engine: withFace(true), chooseVariant });
      const job = await settled(await queue.enqueue(request({ variant: "auto" })));
      expect(job).toMatchObject({ variant: "inst", variantReason: "anna detector" });
    });
  });
}

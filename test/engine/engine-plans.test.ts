/** Which engines the settings ask for. */
import { expect, it } from "vitest";

import { enginePlans } from "../../src/engine/engine-plans.ts";

/** `name: paints, describes` of each, and what it has of its own. */
function plans(DEVICE: string, CAPTION_DEVICE?: string): unknown[] {
  return enginePlans({ DEVICE, CAPTION_DEVICE, MODEL_MEMORY: 12 }, 8).map(({ name, card, paints, describes, own }) => [
    `${name}, card ${card}: ${[paints && "paints", describes && "describes"].filter(Boolean).join(" and ")}`,
    own,
  ]);
}

it.each([
  ["auto", undefined, [["auto, card null: paints and describes", {}]]],
  ["cuda", undefined, [["cuda, card null: paints and describes", {}]]],
  [
    "cuda:1,cuda:0",
    undefined,
    [
      ["cuda:1, card 1: paints and describes", {}],
      ["cuda:0, card 0: paints and describes", {}],
    ],
  ],
  [
    "cuda:0",
    "cuda:1",
    [
      ["cuda:0, card 0: paints", { CAPTIONER: "palette" }],
      ["cuda:1, card 1: describes", { ENGINE: "embedded" }],
    ],
  ],
  // A card has one process, which is lent both.
  [
    "cuda:0,cuda:1",
    "cuda:1",
    [
      ["cuda:0, card 0: paints", { CAPTIONER: "palette" }],
      ["cuda:1, card 1: paints and describes", {}],
    ],
  ],
  ["cuda:0", "cuda:0", [["cuda:0, card 0: paints and describes", {}]]],
  // The processor is divided.
  [
    "cpu,cpu",
    "cpu",
    [
      ["cpu, card null: paints", { CAPTIONER: "palette", THREADS: 2, MODEL_MEMORY: 4 }],
      ["cpu, card null: paints", { CAPTIONER: "palette", THREADS: 2, MODEL_MEMORY: 4 }],
      ["cpu, card null: describes", { ENGINE: "embedded", THREADS: 2, MODEL_MEMORY: 4 }],
    ],
  ],
  [
    "cuda:0",
    "cpu",
    [
      ["cuda:0, card 0: paints", { CAPTIONER: "palette" }],
      ["cpu, card null: describes", { ENGINE: "embedded" }],
    ],
  ],
])("DEVICE=%s CAPTION_DEVICE=%s", (painting, describing, expected) => {
  expect(plans(painting, describing)).toEqual(expected);
});

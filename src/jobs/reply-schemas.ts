/** What tasks beside painting come back with, as it is checked wherever it crosses a border. */
import { z } from "zod";

import type { FaceReport } from "../faces/face-report.ts";
import type { DescribeReply, LearnReply } from "./engine.ts";

const step = z.number().nonnegative();

export const replySchemas = {
  faces: z.object({
    prominent: z.boolean(),
    faces: z.array(
      z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number(), score: z.number() }),
    ),
  }) satisfies z.ZodType<FaceReport>,
  safety: z.boolean(),
  "style-vector": z.array(z.number()).nonempty() satisfies z.ZodType<readonly number[]>,
  describe: z.object({
    text: z.string(),
    describer: z.string(),
    note: z.string().exactOptional(),
  }) satisfies z.ZodType<DescribeReply>,
  learn: z.object({
    steps: step,
    best: step,
    firstLoss: z.number(),
    loss: z.number(),
    form: z.enum(["vector", "affine"]),
  }) satisfies z.ZodType<LearnReply>,
};

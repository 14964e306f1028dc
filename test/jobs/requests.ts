/** Requests and jobs for tests. */
import { createHash } from "node:crypto";

import { newJobId } from "../../src/jobs/job-id.ts";
import type { Job, JobRequest, PictureRef } from "../../src/jobs/job.ts";

export const pictureRef = (name: string): PictureRef => ({
  sha256: createHash("sha256").update(name).digest("hex"),
  width: 64,
  height: 48,
  name: `${name}.png`,
  notes: [],
});

export const request = (over: Partial<JobRequest> = {}): JobRequest => ({
  userId: "anna",
  guildId: "guild",
  content: pictureRef("content"),
  style: pictureRef("style"),
  variant: "image-prompt",
  description: null,
  extraPrompt: null,
  strength: 0.6,
  steps: null,
  guidance: null,
  seed: 1,
  size: 64,
  stylePath: "auto",
  parentId: null,
  ...over,
});

export const queuedJob = (over: Partial<Job> = {}, asked: Partial<JobRequest> = {}): Job => ({
  id: newJobId(),
  state: "queued",
  request: request(asked),
  attempts: 0,
  variant: null,
  variantReason: null,
  description: null,
  describer: null,
  result: null,
  failure: null,
  lastFault: null,
  createdAt: Date.now(),
  startedAt: null,
  settledAt: null,
  ...over,
});

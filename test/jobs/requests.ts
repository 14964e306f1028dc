/** Requests and jobs for tests. */
import { createHash } from "node:crypto";

import { type Job, type JobRequest, newJob, type PictureRef } from "../../src/jobs/job.ts";

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
  keepColors: false,
  speed: "normal",
  loras: [],
  parentId: null,
  ...over,
});

export const queuedJob = (over: Partial<Job> = {}, asked: Partial<JobRequest> = {}): Job => ({
  ...newJob(request(asked)),
  ...over,
});

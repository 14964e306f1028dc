/** The tiny pipelines, opened for learning. */
import path from "node:path";

import { ClipTokenizer } from "../../../models/clip-tokenizer.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../../../src/stylize/diffusion/diffusion-networks.ts";
import { FIXTURES } from "../../models/reference.ts";

export interface Pipeline {
  readonly folder: string;
  readonly networks: DiffusionNetworks;
  readonly tokenizer: ClipTokenizer;
  readonly sessions: SessionPool;
}

export async function openPipeline(name: string): Promise<Pipeline> {
  const folder = path.join(FIXTURES, name);
  const sessions = new SessionPool(1e9);
  const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(folder));
  const networks = new DiffusionNetworks(checkpoint, { device: "cpu", dtype: "float32", attention: "fused", sessions });
  return { folder, networks, tokenizer: await ClipTokenizer.load(checkpoint.tokenizer), sessions };
}

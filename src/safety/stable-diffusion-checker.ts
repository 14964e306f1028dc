/** Stable Diffusion's own safety checker over the publisher's file. */
import path from "node:path";

import { type SafetyCheckerConfig, safetyCheckerConfigSchema, safetyMargins } from "../../models/safety-checker.ts";
import { CLIP_PIXELS, preprocess } from "../images/clip-pixels.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import { type Floats, floatsOf, floatTensor, Graph, openSession } from "../onnx/index.ts";
import { readJson } from "../onnx/files/read-json.ts";
import { readSafetensors } from "../onnx/files/safetensors.ts";
import type { TensorSource } from "../onnx/files/tensor-source.ts";
import type { SessionPool } from "../onnx/session-pool.ts";
import { Weights } from "../onnx/weights.ts";
import { sessionBytes } from "../onnx/working-memory.ts";
import { type Nearness, type SafetyScores, safetyScores } from "./safety-verdict.ts";

export class StableDiffusionChecker {
  readonly #folder: string;
  readonly #config: SafetyCheckerConfig;
  readonly #source: TensorSource;
  readonly #sessions: SessionPool;

  private constructor(folder: string, config: SafetyCheckerConfig, source: TensorSource, sessions: SessionPool) {
    this.#folder = folder;
    this.#config = config;
    this.#source = source;
    this.#sessions = sessions;
  }

  /**
   * Reads and checks the headers; weights are read when the first picture is looked at.
   *
   * @param folder with `config.json` and `model.safetensors`
   * @throws EngineError naming the file and what does not hold
   */
  static async open(folder: string, sessions: SessionPool): Promise<StableDiffusionChecker> {
    const config = await readJson(path.join(folder, "config.json"), safetyCheckerConfigSchema);
    const source = await readSafetensors(path.join(folder, "model.safetensors"));
    const checker = new StableDiffusionChecker(folder, config, source, sessions);
    checker.#record();
    return checker;
  }

  /** In single precision on the processor, where half of a tower would cost as much. */
  async check(picture: RgbImage): Promise<SafetyScores> {
    return safetyScores(await this.nearness(picture));
  }

  /** How near a picture is to each concept. */
  async nearness(picture: RgbImage): Promise<Nearness> {
    const { imageSize } = this.#config.vision;
    const pixels: Floats = {
      data: preprocess(picture, { size: imageSize, ...CLIP_PIXELS }, { pad: false }),
      shape: [1, 3, imageSize, imageSize],
    };
    const recipe = () => {
      const { graph, held } = this.#record();
      return { bytes: sessionBytes(graph, held, "cpu"), open: () => openSession(graph) };
    };
    return this.#sessions.use(`safety-checker ${this.#folder}`, recipe, async (session) => {
      const { special, concept } = await session.run({ pixels: floatTensor("float32", pixels) });
      return { special: floatsOf(special!).data, concept: floatsOf(concept!).data };
    });
  }

  #record(): { readonly graph: Graph; readonly held: number } {
    const { imageSize } = this.#config.vision;
    const graph = new Graph("safety-checker");
    const weights = new Weights(graph, this.#source, "float32");
    const pixels = graph.input("pixels", "float32", [1, 3, imageSize, imageSize]);
    const { special, concept } = safetyMargins(weights, this.#config, pixels);
    graph.output("special", special);
    graph.output("concept", concept);
    return { graph, held: weights.bytes };
  }
}

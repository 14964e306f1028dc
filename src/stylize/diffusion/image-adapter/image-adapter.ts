/**
 * The style image as a prompt, without anything learned for it (IP-Adapter, StyleShot): its tokens stand behind those of the text in
 * each context, and the UNet over which the adapter is laid looks at both. Of the content, contours may stand beside them.
 */
import { controlHint } from "../../../../models/controlnet.ts";
import { hedEdges } from "../../../../models/hed.ts";
import type { Weighed } from "../../../blend.ts";
import type { RgbImage } from "../../../images/rgb-image.ts";
import { checkpointError } from "../../../onnx/files/tensor-source.ts";
import { concatenated, type Floats, floatTensor, op } from "../../../onnx/index.ts";
import type { DiffusionNetworks } from "../diffusion-networks.ts";
import type { Context } from "../inst.ts";
import { ByteCache } from "../latents-cache.ts";
import { askForWeights, configsOf } from "../record-networks.ts";
import type { AdapterFiles } from "./adapter-files.ts";
import { weightedMean } from "../weighted-mean.ts";
import { contoursOf } from "./contours.ts";
import type { Look } from "./sight.ts";

/** Some 600 styles with four tokens each. */
const CACHE_BYTES = 16e6;
/** Three contents of 512 x 512 pixels. */
const HINT_BYTES = 16e6;

/** What the UNet is told of the prompt, and of the empty one. */
interface Contexts {
  readonly prompt: Context;
  readonly empty: Context;
}

/** What an adapter looks at. */
export interface SeenPictures {
  readonly styles: readonly Weighed<{ readonly picture: RgbImage; readonly sha256: string }>[];
  /** What contours are drawn of, where the adapter draws any; `null`: nothing. */
  readonly drawn: {
    /** Tells contents, and sizes of the same, from each other. */
    readonly key: string;
    /** The content as it is painted, sides of a multiple of 64 pixels. */
    readonly of: () => Promise<RgbImage>;
  } | null;
}

/** An adapter over networks. */
export class ImageAdapter {
  /** The UNet with the adapter over it: its contexts have the image's tokens at their end. */
  readonly networks: DiffusionNetworks;
  readonly #files: AdapterFiles;
  readonly #tokens = new ByteCache<Floats>(CACHE_BYTES, ({ data }) => data.byteLength);
  readonly #hints = new ByteCache<Floats>(HINT_BYTES, ({ data }) => data.byteLength);

  /** @throws EngineError when the adapter was made for another UNet, or lacks what it draws contours with */
  constructor(networks: DiffusionNetworks, files: AdapterFiles) {
    const { checkpoint } = networks;
    const { contextWidth } = checkpoint.unet.config;
    if (files.config.contextWidth !== contextWidth)
      throw checkpointError(
        files.label,
        `was made for texts of width ${files.config.contextWidth}, not ${contextWidth}: another version of Stable Diffusion`,
      );
    if (files.contours) {
      const configs = configsOf(checkpoint);
      askForWeights("contours", configs, files.contours);
      askForWeights("hint", configs, files.source);
      askForWeights("control", configs, files.source, networks.products);
    }
    this.#files = files;
    this.networks = networks.withCheckpoint({
      ...checkpoint,
      label: `${checkpoint.label} + ${files.label}`,
      adapter: files,
    });
  }

  /**
   * Contexts with the image behind the words, and nothing behind none: there is always something to be guided by. Of several
   * styles it is the mean of their tokens by weight: each token asks for the same in every picture. Both have the content's
   * contours beside them, where there are any.
   */
  async beside(contexts: Contexts, { styles, drawn }: SeenPictures): Promise<Contexts> {
    const tokens: Weighed<Floats>[] = [];
    for (const { picture, sha256, weight } of styles)
      tokens.push({ ...(await this.#tokens.get(sha256, () => this.tokensOf(picture))), weight });
    const image = weightedMean(tokens);
    const nothing = await this.#tokens.get("nothing", () => this.#look(this.#files.sight.nothing()));
    const hint =
      this.#files.contours && drawn
        ? { hint: await this.#hints.get(drawn.key, async () => this.#hintOf(await this.contours(await drawn.of()))) }
        : {};
    return {
      prompt: { ...joined(contexts.prompt, image), ...hint },
      empty: { ...joined(contexts.empty, nothing), ...hint },
    };
  }

  /** Drops the tokens of pictures, and their contours. */
  forget(): void {
    this.#tokens.clear();
    this.#hints.clear();
  }

  /** [1, tokens, contextWidth] */
  tokensOf(picture: RgbImage): Promise<Floats> {
    return this.#look(this.#files.sight.at(picture));
  }

  /** White lines on black, 0 or 1: [1, 3, H, W]. */
  async contours({ width, height, data }: RgbImage): Promise<Floats> {
    const pixels = { data: Float32Array.from(data), shape: [1, height, width, 3] };
    const { result } = await this.networks.compute(
      `contours ${height}x${width}`,
      (graph, weights) => {
        const x = graph.input("x", "float32", pixels.shape);
        return { result: hedEdges(weights("contours"), op.transpose(x, [0, 3, 1, 2])) };
      },
      () => ({ x: floatTensor("float32", pixels) }),
      { dtype: "float32" },
    );
    return contoursOf(result);
  }

  /** What the ControlNet makes of them once for all steps. */
  async #hintOf(contours: Floats): Promise<Floats> {
    const { config } = this.networks.checkpoint.unet;
    const { result } = await this.networks.compute(
      `hint ${contours.shape.join("x")}`,
      (graph, weights, dtype) => {
        const x = graph.input("x", dtype, contours.shape);
        return { result: controlHint(weights("adapter").scope("controlnet"), config, x) };
      },
      (dtype) => ({ x: floatTensor(dtype, contours) }),
    );
    return result;
  }

  async #look({ key, inputs, tokens }: Look): Promise<Floats> {
    const { result } = await this.networks.compute(
      key,
      (graph, weights, dtype) => ({
        result: tokens(
          weights,
          inputs.map(({ shape }, i) => graph.input(`x${i}`, dtype, shape)),
        ),
      }),
      (dtype) => Object.fromEntries(inputs.map((input, i) => [`x${i}`, floatTensor(dtype, input)])),
      { products: "exact" },
    );
    return result;
  }
}

function joined(text: Floats, image: Floats): Floats {
  const [n, length, width] = text.shape as [number, number, number];
  return { data: concatenated([text.data, image.data]), shape: [n, length + image.shape[1]!, width] };
}

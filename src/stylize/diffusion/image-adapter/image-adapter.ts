/**
 * The style image as a prompt, without anything learned for it (IP-Adapter, StyleShot): its tokens stand behind those of the text in
 * each context, and the UNet over which the adapter is laid looks at both.
 */
import type { RgbImage } from "../../../images/rgb-image.ts";
import { checkpointError } from "../../../onnx/files/tensor-source.ts";
import { concatenated, type Floats, floatTensor } from "../../../onnx/index.ts";
import type { DiffusionNetworks } from "../diffusion-networks.ts";
import { ByteCache } from "../latents-cache.ts";
import type { AdapterFiles } from "./adapter-files.ts";
import type { Look } from "./sight.ts";

/** Some 600 styles with four tokens each. */
const CACHE_BYTES = 16e6;

/** What the UNet is told, [1, tokens, width] each: of the prompt, and of the empty one. */
interface Contexts {
  readonly prompt: Floats;
  readonly empty: Floats;
}

/** An adapter over networks. */
export class ImageAdapter {
  /** The UNet with the adapter over it: its contexts have the image's tokens at their end. */
  readonly networks: DiffusionNetworks;
  readonly #files: AdapterFiles;
  readonly #tokens = new ByteCache<Floats>(CACHE_BYTES, ({ data }) => data.byteLength);

  /** @throws EngineError when the adapter was made for another UNet */
  constructor(networks: DiffusionNetworks, files: AdapterFiles) {
    const { checkpoint } = networks;
    const { contextWidth } = checkpoint.unet.config;
    if (files.config.contextWidth !== contextWidth)
      throw checkpointError(
        files.label,
        `was made for texts of width ${files.config.contextWidth}, not ${contextWidth}: another version of Stable Diffusion`,
      );
    this.#files = files;
    this.networks = networks.withCheckpoint({
      ...checkpoint,
      label: `${checkpoint.label} + ${files.label}`,
      adapter: files,
    });
  }

  /** Contexts with the image behind the words, and nothing behind none: there is always something to be guided by. */
  async beside(contexts: Contexts, style: RgbImage, styleSha256: string): Promise<Contexts> {
    const image = await this.#tokens.get(styleSha256, () => this.tokensOf(style));
    const nothing = await this.#tokens.get("nothing", () => this.#look(this.#files.sight.nothing()));
    return { prompt: joined(contexts.prompt, image), empty: joined(contexts.empty, nothing) };
  }

  /** [1, tokens, contextWidth] */
  tokensOf(picture: RgbImage): Promise<Floats> {
    return this.#look(this.#files.sight.at(picture));
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

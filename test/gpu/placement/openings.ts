/** Everything that Atelier opens on a device, each asked for as the product asks for it. */
import path from "node:path";

import { InferenceSession } from "onnxruntime-node";

import { openLlava } from "../../../src/caption/llava/checkpoint.ts";
import { dataFile } from "../../../src/caption/llava/convert/graphs.ts";
import { decoderSession, goesOn, visionSession } from "../../../src/caption/llava/networks.ts";
import type { DeviceForms } from "../../../src/onnx/device-forms.ts";
import type { ExecutionDevice, Floats } from "../../../src/onnx/index.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../../../src/stylize/diffusion/diffusion-networks.ts";
import { inversionLoss } from "../../../src/stylize/diffusion/inversion-loss.ts";
import { paintWithStyleAttention, type StyleAttentionInput } from "../../../src/stylize/diffusion/style-attention.ts";
import { Traces } from "../../../src/stylize/diffusion/style-inversion.ts";
import { openTinyDecoder } from "../../../src/stylize/diffusion/tiny-decoder.ts";

export interface Opening {
  readonly name: string;
  readonly open: () => Promise<unknown>;
  /** It is in single precision, whatever the others are in. */
  readonly single?: boolean;
}

const zeros = (...shape: number[]): Floats => ({
  data: new Float32Array(shape.reduce((product, dim) => product * dim, 1)),
  shape,
});

/**
 * @param checkpoint folder of a Stable Diffusion
 * @param models folder that holds the small decoder
 * @param captioner folder of a converted LLaVA
 */
export async function openings(
  device: ExecutionDevice,
  forms: DeviceForms,
  { checkpoint, models, captioner }: { checkpoint: string; models: string; captioner: string },
): Promise<Opening[]> {
  const opened = await readDiffusionCheckpoint(await placeOfCheckpoint(checkpoint));
  const { text, unet, vae } = opened;
  const networks = new DiffusionNetworks(opened, { device, ...forms, sessions: new SessionPool(0) });
  const side = 8 * 2 ** (unet.config.channels.length - 1);
  const latents = zeros(1, vae.config.latentChannels, side, side);
  const context = zeros(1, text.config.positions, text.config.width);
  const pixels = side * vae.config.downscale;
  const ids = Array.from({ length: text.config.positions }, () => 1);
  const conditioning = { prompt: context, empty: context, guidance: 1, guidedPart: 0 };
  const trace = { end: latents, features: [{}] };
  const taking: StyleAttentionInput = {
    grid: [1],
    content: trace,
    styles: [{ ...trace, weight: 1 }],
    conditioning,
  };
  const llava = await openLlava(captioner);
  const file = (part: "embeddings" | "decoder"): string =>
    path.join(captioner, "onnx", dataFile(part).replace(/_data$/, ""));
  // What transformers.js does with the files of a conversion.
  const openFile = (part: "embeddings" | "decoder"): Promise<unknown> =>
    InferenceSession.create(file(part), { executionProviders: [device] });
  return [
    { name: "text encoder", open: () => networks.encodeText([ids]) },
    { name: "token embeddings", open: () => networks.tokenEmbeddings(ids) },
    { name: "UNet, one row", open: () => networks.predict(latents, 1, [context]) },
    { name: "UNet, two rows", open: () => networks.predict(latents, 1, [context, context]) },
    {
      name: "UNet, its attention seen",
      open: () => new Traces(networks, 1).of("", latents, { role: "style", grid: [1], empty: context }),
    },
    { name: "UNet, attention taken over", open: () => paintWithStyleAttention(networks, taking) },
    { name: "VAE encoder", open: () => networks.encodePicture(zeros(1, 3, pixels, pixels)) },
    { name: "VAE decoder", open: () => networks.decodeLatents(latents) },
    {
      name: "learning",
      single: true,
      open: () => inversionLoss(networks, { embeddings: context, sample: latents, timestep: 1, target: latents.data }),
    },
    {
      name: "preview decoder",
      single: true,
      open: async () => (await openTinyDecoder(models, { device, sessions: new SessionPool(0) }))!(zeros(1, 4, 8, 8)),
    },
    { name: "LLaVA, its tower", open: () => visionSession(llava.vision, llava.config, { device, ...forms }).open() },
    {
      name: "LLaVA, its decoder",
      open: () => {
        const table = goesOn(device) ? llava.embeddings : null;
        return decoderSession(llava.decoder, llava.config.text, { device, ...forms, table }).open();
      },
    },
    { name: "transformers.js' decoder", single: true, open: () => openFile("decoder") },
    { name: "transformers.js' embeddings", single: true, open: () => openFile("embeddings") },
  ];
}

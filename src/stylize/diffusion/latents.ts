/** Between pictures and latents: pixels as numbers, samples of the encoder's distribution, coarse views of latents. */
import { resizePlane } from "../../images/plane.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import type { Floats } from "../../onnx/index.ts";

/** 8-bit pixels as [1, 3, H, W] in [-1, 1]. */
export function pictureToFloats({ width, height, data }: RgbImage): Floats {
  const pixels = width * height;
  const floats = new Float32Array(3 * pixels);
  for (let i = 0; i < pixels; i++) for (let c = 0; c < 3; c++) floats[c * pixels + i] = data[3 * i + c]! / 127.5 - 1;
  return { data: floats, shape: [1, 3, height, width] };
}

/** [1, 3, H, W] as 8-bit pixels, clipped to [-1, 1]; rounded, or cut off as the reference code does. */
export function floatsToPicture({ data, shape }: Floats, rounding: "nearest" | "down" = "nearest"): RgbImage {
  const [, , height, width] = shape as [number, number, number, number];
  const pixels = width * height;
  const bytes = new Uint8Array(3 * pixels);
  const half = rounding === "nearest" ? 0.5 : 0;
  for (let i = 0; i < pixels; i++)
    for (let c = 0; c < 3; c++) {
      const unit = Math.min(1, Math.max(0, (data[c * pixels + i]! + 1) / 2));
      bytes[3 * i + c] = Math.floor(unit * 255 + half);
    }
  return { width, height, data: bytes };
}

/**
 * Latents from what the encoder gives: means and log variances [1, 2 · C, h, w] -> [1, C, h, w], scaled.
 *
 * @param noise N(0, 1) for a sample of the distribution; `null` for its mean
 */
export function latentsOfMoments({ data, shape }: Floats, scalingFactor: number, noise: Float32Array | null): Floats {
  const half = data.length / 2;
  const latents = new Float32Array(half);
  for (let i = 0; i < half; i++) {
    const logVariance = Math.min(20, Math.max(-30, data[half + i]!));
    const sample = noise ? data[i]! + Math.exp(0.5 * logVariance) * noise[i]! : data[i]!;
    latents[i] = sample * scalingFactor;
  }
  return { data: latents, shape: [1, shape[1]! / 2, shape[2]!, shape[3]!] };
}

/** Latents as the decoder takes them. */
export const unscaled = ({ data, shape }: Floats, scalingFactor: number): Floats => ({
  data: data.map((value) => value / scalingFactor),
  shape,
});

/**
 * Red, green and blue of each latent channel: a least-squares fit over Stable Diffusion v1.4's decoder that the field
 * shares (https://discuss.huggingface.co/t/decoding-latents-to-rgb-without-upscaling/23204).
 */
const LATENT_COLOURS = [
  [0.298, 0.207, 0.208],
  [0.187, 0.286, 0.173],
  [-0.158, 0.189, 0.264],
  [-0.184, -0.271, -0.473],
] as const;

/** Pixels of a preview for each latent, each way: enough to look at, too few to cost anything. */
const PREVIEW_SCALE = 4;

/** A coarse picture of scaled latents. */
export function latentsToPreview({ data, shape }: Floats): RgbImage {
  const [, channels, height, width] = shape as [number, number, number, number];
  const size = { width, height };
  const larger = { width: width * PREVIEW_SCALE, height: height * PREVIEW_SCALE };
  const pixels = larger.width * larger.height;
  const floats = new Float32Array(3 * pixels);
  for (let rgb = 0; rgb < 3; rgb++) {
    const plane = new Float32Array(width * height);
    for (let c = 0; c < Math.min(channels, LATENT_COLOURS.length); c++) {
      const weight = LATENT_COLOURS[c]![rgb]!;
      for (let i = 0; i < plane.length; i++) plane[i]! += weight * data[c * plane.length + i]!;
    }
    floats.set(resizePlane(plane, size, larger), rgb * pixels);
  }
  return floatsToPicture({ data: floats, shape: [1, 3, larger.height, larger.width] });
}

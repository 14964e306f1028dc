/** The tiny networks of the tests on a device, against what PyTorch's gave: an owner's clone has both. */
import { readFile } from "node:fs/promises";
import path from "node:path";

import { llavaConfigSchema } from "../../models/llava.ts";
import { EmbeddingTable } from "../caption/llava/embedding-table.ts";
import { decoderSession, goesOn, visionSession } from "../caption/llava/networks.ts";
import { LlavaDecoder } from "../caption/llava/token-decoder.ts";
import { messageOf } from "../errors.ts";
import { exists } from "../exists.ts";
import { decodeFloats, isStoredFloat } from "../onnx/files/decode-floats.ts";
import { readJson } from "../onnx/files/read-json.ts";
import { readSafetensors, readSafetensorsIndex } from "../onnx/files/safetensors.ts";
import { type Floats, floatsOf, floatTensor } from "../onnx/index.ts";
import { SessionPool } from "../onnx/session-pool.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../stylize/diffusion/diffusion-networks.ts";
import type { FixtureCheck, RunsOn } from "./tasks.ts";

/** Where the tests keep them. */
export const FIXTURES = path.resolve(import.meta.dirname, "../../test/fixtures");

export const hasFixtures = (): Promise<boolean> => exists(path.join(FIXTURES, "tiny-v1", "networks.safetensors"));

/** What is right: rounding of single precision, CUDA's TF32 in it, or of half precision through a whole network. */
const TOLERANCE = { float32: 1e-4, float16: 2e-2 } as const;
const TF32 = 5e-3;

/** @param splits told of networks that are left partly to the processor */
export async function checkFixtures(on: RunsOn, splits: (text: string) => void): Promise<FixtureCheck[]> {
  const { device, forms } = on;
  const tolerance = forms.dtype === "float32" && device === "cuda" ? TF32 : TOLERANCE[forms.dtype];
  const checks: FixtureCheck[] = [];
  const check = async (name: string, compute: () => Promise<number>): Promise<void> => {
    const outcome = await compute().then(
      (error) => ({ error, isRight: error <= tolerance }),
      (error: unknown) => ({ error: null, isRight: false, reason: messageOf(error) }),
    );
    checks.push({ name, tolerance, ...outcome });
  };
  for (const name of ["tiny-v1", "tiny-v2"]) await checkPipeline(name, on, splits, check);
  await checkCaptioner(on, splits, check);
  return checks;
}

type Check = (name: string, compute: () => Promise<number>) => Promise<void>;

async function checkPipeline(name: string, { device, forms }: RunsOn, splits: (text: string) => void, check: Check) {
  const folder = path.join(FIXTURES, name);
  const expected = await storedTensors(path.join(folder, "networks.safetensors"));
  const sessions = new SessionPool(1e9, splits);
  const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(folder));
  const networks = new DiffusionNetworks(checkpoint, { device, ...forms, sessions });
  await check(`${name} text encoder`, async () => {
    const states = await networks.encodeText([await expected.integers("text.1.ids")]);
    return relativeError(states, await expected.floats("text.1.states"));
  });
  await check(`${name} UNet`, async () => {
    const key = expected.names.find((entry) => entry.endsWith(".sample"))!;
    const [sample, context] = [await expected.floats(key), await expected.floats("unet.context")];
    const contexts = [firstRow(context)];
    const [prediction] = await networks.predict(firstRow(sample), 481, contexts);
    const answer = firstRow(await expected.floats(key.replace("sample", "481")));
    return relativeError({ data: prediction!, shape: answer.shape }, answer);
  });
  await check(`${name} VAE encoder`, async () =>
    relativeError(
      await networks.encodePicture(await expected.floats("vae.picture")),
      await expected.floats("vae.moments"),
    ),
  );
  await check(`${name} VAE decoder`, async () =>
    relativeError(
      await networks.decodeLatents(await expected.floats("vae.latents")),
      await expected.floats("vae.decoded"),
    ),
  );
  await sessions.release();
}

async function checkCaptioner({ device, forms }: RunsOn, splits: (text: string) => void, check: Check): Promise<void> {
  const folder = path.join(FIXTURES, "tiny-llava");
  const config = await readJson(path.join(folder, "config.json"), llavaConfigSchema);
  const source = await readSafetensorsIndex(path.join(folder, "model.safetensors.index.json"));
  const expected = await storedTensors(path.join(folder, "reference.safetensors"));
  const sessions = new SessionPool(1e9, splits);
  await check("tiny-llava vision", () =>
    sessions.use(
      "vision",
      () => visionSession(source, config, { device, ...forms }),
      async (session) => {
        const pixels = floatTensor("float32", await expected.floats("0.pixels"));
        return relativeError(
          floatsOf(await session.runOne({ pixel_values: pixels })),
          await expected.floats("0.features"),
        );
      },
    ),
  );
  await check("tiny-llava logits of the first token", async () => {
    const table = await EmbeddingTable.open(source, "language_model.model.embed_tokens.weight", config.text.width);
    try {
      const ids = await expected.integers("prompt.ids");
      const prefix = await table.rows(ids);
      const features = await expected.floats("0.features");
      prefix.data.set(features.data, ids.indexOf(config.imageToken) * config.text.width);
      const goingOn = goesOn(device);
      const recipe = () => decoderSession(source, config.text, { device, ...forms, table: goingOn ? source : null });
      return await sessions.use("decoder", recipe, async (session) => {
        const decoder = new LlavaDecoder(session, config.text, forms.dtype, goingOn);
        const data = await decoder.begin(prefix);
        decoder.close();
        const answer = (await expected.floats("0.logits")).data.slice(-config.text.vocabulary);
        return relativeError({ data, shape: [data.length] }, { data: answer, shape: [answer.length] });
      });
    } finally {
      await table.close();
    }
  });
  await sessions.release();
}

/** The tensors of a file by name, read when they are asked for. */
async function storedTensors(file: string) {
  const source = await readSafetensors(file);
  const bytesOf = async (name: string) => {
    const tensor = source.find(name);
    if (!tensor) throw new Error(`${path.basename(file)} has no ${name}`);
    const whole = await readFile(tensor.path);
    return { tensor, bytes: Uint8Array.from(whole.subarray(tensor.offset, tensor.offset + tensor.byteLength)) };
  };
  return {
    names: source.names,
    floats: async (name: string): Promise<Floats> => {
      const { tensor, bytes } = await bytesOf(name);
      if (!isStoredFloat(tensor.dtype)) throw new Error(`${name} is ${tensor.dtype}`);
      return { data: decodeFloats(bytes, tensor.dtype), shape: tensor.shape as number[] };
    },
    integers: async (name: string): Promise<number[]> => {
      const { tensor, bytes } = await bytesOf(name);
      return tensor.dtype === "int64"
        ? Array.from(new BigInt64Array(bytes.buffer), Number)
        : Array.from(new Int32Array(bytes.buffer));
    },
  };
}

const firstRow = ({ data, shape }: Floats): Floats => ({
  data: data.slice(0, data.length / shape[0]!),
  shape: shape.with(0, 1),
});

/** ‖actual - expected‖ / ‖expected‖ */
function relativeError(actual: Floats, expected: Floats): number {
  let [difference, norm] = [0, 0];
  for (const [i, value] of expected.data.entries()) {
    difference += (value - actual.data[i]!) ** 2;
    norm += value ** 2;
  }
  return Math.sqrt(difference / norm);
}

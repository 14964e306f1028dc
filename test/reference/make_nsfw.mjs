/**
 * What TensorFlow.js makes of NSFWJS's MobileNetV2 on drawn pictures (test/fixtures/nsfw-mobilenet/expected.json).
 *
 *     npm pack nsfwjs@4.3.0 && tar xzf nsfwjs-4.3.0.tgz && npm install @tensorflow/tfjs@4
 *     node make_nsfw.mjs package/dist/models/mobilenet_v2 ../fixtures
 */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [source, fixtures] = process.argv.slice(2);
const require = createRequire(path.resolve("here.js"));
const tf = require("@tensorflow/tfjs");
const SIDE = 224;

function contentOf(name) {
  const content = require(path.resolve(source, name));
  return content.default ?? content;
}

/** Waves of three colours; the test draws the same. */
export function wave(seed, x, y, channel) {
  const t =
    Math.sin((0.02 + 0.013 * seed) * x + 0.7 * channel) + Math.cos((0.05 - 0.004 * seed) * y * (1 + channel) + seed);
  return 0.5 + 0.25 * t;
}

const { modelTopology, weightsManifest } = contentOf("model.min.js");
const bytes = Buffer.from(contentOf("group1-shard1of1.min.js"), "base64");
const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
const model = await tf.loadLayersModel({
  load: async () => ({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
});
const expected = [];
for (let seed = 0; seed < 8; seed++) {
  const picture = tf.tidy(() => {
    const values = new Float32Array(SIDE * SIDE * 3);
    for (let i = 0; i < values.length; i++)
      values[i] = Math.fround(wave(seed, Math.floor(i / 3) % SIDE, Math.floor(i / 3 / SIDE), i % 3));
    return tf.tensor4d(values, [1, SIDE, SIDE, 3]);
  });
  expected.push([...(await model.predict(picture).data())]);
}
writeFileSync(path.join(fixtures, "nsfw-mobilenet", "expected.json"), `${JSON.stringify(expected)}\n`);
console.log(expected.map((row) => row.map((value) => value.toFixed(3)).join(" ")).join("\n"));

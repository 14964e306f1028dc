/**
 * Makes weights_manifest.json and weights.bin of NSFWJS's MobileNetV2 as its npm package ships it: the same bytes and the
 * same names, taken out of the JavaScript around them.
 *
 *     npm pack nsfwjs@4.3.0 && tar xzf nsfwjs-4.3.0.tgz
 *     node convert.mjs package/dist/models/mobilenet_v2 .
 *
 * Sha256: 4496790efc9bdc6f3e85a826a8e482c1fa1e9db4b3d18c095e98cc0c73cfb12f  nsfwjs-4.3.0.tgz
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const SHA256 = {
  "model.min.js": "c32f104fd562b08cdff5ed69dfe1209643afa47e792fb12751d2949aa61a397a",
  "group1-shard1of1.min.js": "ef2e0a63f7d2c4960b37b024b669313f65d3c45cd59e9042636c55b39de53517",
};
const [source, target] = process.argv.slice(2);

/** What one of the package's files exports. */
function contentOf(name) {
  const text = readFileSync(path.join(source, name));
  if (createHash("sha256").update(text).digest("hex") !== SHA256[name])
    throw new Error(`${name} is another file than the one that is known`);
  const content = createRequire(import.meta.url)(path.resolve(source, name));
  return content.default ?? content;
}

const { weightsManifest } = contentOf("model.min.js");
const bytes = Buffer.from(contentOf("group1-shard1of1.min.js"), "base64");
const [{ weights }] = weightsManifest;
writeFileSync(path.join(target, "weights_manifest.json"), `${JSON.stringify([{ paths: ["weights.bin"], weights }])}\n`);
writeFileSync(path.join(target, "weights.bin"), bytes);

/** Which checkpoints are there, whether their files are, and which engine that gives. */
import { stat } from "node:fs/promises";
import path from "node:path";

import { CATALOGUE } from "../../checkpoints/catalogue.ts";
import type { CatalogueEntry } from "../../checkpoints/catalogue/catalogue-entry.ts";
import { originWords } from "../../checkpoints/commit.ts";
import { formatBytes } from "../../checkpoints/disk.ts";
import { CheckpointStore, type Manifest } from "../../checkpoints/checkpoint-folder.ts";
import type { Config } from "../../config.ts";
import { messageOf } from "../../errors.ts";
import { INSTALL_CONTOURS, installedImageAdapter } from "../../image-adapter-folder.ts";
import { findDiffusionCheckpoint, readDiffusionCheckpoint } from "../../stylize/diffusion/diffusion-checkpoint.ts";
import { fault, note, ok, type Finding } from "./finding.ts";
import { examineLoras } from "./loras.ts";

export async function examineCheckpoints(
  config: Pick<Config, "MODELS_DIR" | "ENGINE" | "CAPTIONER">,
): Promise<Finding[]> {
  const store = new CheckpointStore(config.MODELS_DIR);
  const installed = await store.installed();
  const findings = await Promise.all(installed.map((manifest) => examineFiles(store, manifest)));
  findings.push(...(await examineStylizer(config)), ...(await examineContours(config.MODELS_DIR)));
  const captioners = CATALOGUE.filter((entry) => entry.purpose === "captioner");
  findings.push(examineCaptioner(config.CAPTIONER, captioners, new Set(installed.map(({ name }) => name))));
  return findings;
}

/** Sizes only: reading gigabytes is the business of `atelier models verify`. */
async function examineFiles(store: CheckpointStore, manifest: Manifest): Promise<Finding> {
  const sizes = await Promise.all(
    manifest.files.map(
      async (file) => (await stat(path.join(store.folderOf(manifest.name), file.path)).catch(() => null))?.size,
    ),
  );
  const wrong = manifest.files.find((file, i) => sizes[i] !== file.size);
  if (wrong) {
    const text = `${manifest.name}: ${wrong.path} is missing or has another size`;
    return fault(text, `Fetch it again: atelier models install ${manifest.name}`);
  }
  const total = manifest.files.reduce((sum, file) => sum + file.size, 0);
  return ok(`${manifest.name}, ${formatBytes(total)}, ${manifest.sources.map(originWords).join(" and ")}`);
}

const INSTALL_STYLIZER = "For the paper's: atelier models install stable-diffusion-v1-4 (4.3 GB)";

async function examineStylizer({ ENGINE, MODELS_DIR }: Pick<Config, "ENGINE" | "MODELS_DIR">): Promise<Finding[]> {
  if (ENGINE === "embedded") return [ok("the embedded engine paints (ENGINE=embedded)")];
  try {
    const place = await findDiffusionCheckpoint(MODELS_DIR);
    if (place === null) {
      if (ENGINE === "diffusion") return [fault("ENGINE=diffusion, but no checkpoint is installed", INSTALL_STYLIZER)];
      return [note("no Stable Diffusion is installed: the embedded engine paints, without weights", INSTALL_STYLIZER)];
    }
    const checkpoint = await readDiffusionCheckpoint(place);
    return [ok(`diffusion paints, with ${place.path}`), ...(await examineLoras(MODELS_DIR, checkpoint))];
  } catch (error) {
    return [fault(`the checkpoint cannot be used: ${messageOf(error)}`, "Look closer with: atelier models verify")];
  }
}

/** StyleShot paints without them, too. */
async function examineContours(modelsDir: string): Promise<Finding[]> {
  const place = await installedImageAdapter(modelsDir, "styleshot").catch(() => null);
  if (!place) return [];
  if (place.contours !== undefined) return [ok("StyleShot keeps the contours of what it paints")];
  return [note("StyleShot paints without the contours of the picture", `To keep them: ${INSTALL_CONTOURS} (29 MB)`)];
}

export function examineCaptioner(
  wanted: string,
  captioners: readonly CatalogueEntry[],
  installed: ReadonlySet<string>,
): Finding {
  const names = captioners.map(({ name }) => name);
  const there = names.filter((name) => installed.has(name));
  if (wanted === "palette" || (wanted !== "auto" && there.includes(wanted))) return ok(`${wanted} describes styles`);
  if (wanted !== "auto") {
    const advice = names.includes(wanted)
      ? `Install it: atelier models install ${wanted}`
      : `CAPTIONER may be auto, palette, ${names.join(", ")}.`;
    return fault(`CAPTIONER=${wanted} is not installed`, advice);
  }
  if (there.length > 0) return ok(`${there[0]} describes styles`);
  return note(
    "no captioner is installed: styles are described by palette and brushwork",
    "For a small one: atelier models install smolvlm-256m; for the paper's: sharegpt4v-7b",
  );
}

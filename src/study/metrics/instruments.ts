/** What pictures are measured with here: all that needs no weights, and each network whose weights are installed. */
import { EngineError } from "../../errors.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { edgeCorrelation } from "../../judge/measures/edges.ts";
import { facesKept } from "../../judge/measures/faces.ts";
import { paletteDistance } from "../../judge/measures/sliced-wasserstein.ts";
import type { SessionPool } from "../../onnx/session-pool.ts";
import { SAFETY_CHECKER } from "../../safety-setting.ts";
import {
  checkersNames,
  type Clip,
  csdNames,
  pictureDirection,
  readCheckersClip,
  readClip,
  styleDirection,
  textDirection,
} from "./clip-scores.ts";
import { type Compared, onceFor } from "./compared.ts";
import { dot } from "./feature-set.ts";
import { histogramDistance, uvHistogram } from "./histogram-distance.ts";
import { artVector, fidVector, inceptionNames } from "./inception-vectors.ts";
import { METRICS, type MetricName } from "./index.ts";
import { type Installed, InstalledNetworks } from "./installed-networks.ts";
import { perceptualDistance } from "./perceptual-distance.ts";
import { ssim } from "./ssim.ts";
import { gramDistance, structureDistance, vggSight } from "./vgg-measures.ts";

/** `null` where there is nothing to measure. */
export type Values = Readonly<Partial<Record<MetricName, number | null>>>;

/** Measures one picture beside what it was made of. */
interface Instrument {
  /** Values that were kept hold for the same only. */
  readonly id: string;
  readonly measure: (pictures: Compared) => Promise<Values>;
}

/** Sees a picture as a vector, for distances between sets. */
export interface Eye {
  readonly id: string;
  /** `null` of a picture that is too small for it. */
  readonly see: (picture: RgbImage) => Promise<Float32Array | null>;
}

export interface Instruments {
  readonly instruments: readonly Instrument[];
  readonly eyes: { readonly fid: Eye | null; readonly art: Eye | null };
  /** Metrics that cannot be measured here, and why. */
  readonly leftOut: { readonly metric: string; readonly label: string; readonly why: string }[];
}

export async function openInstruments(modelsDir: string, sessions: SessionPool): Promise<Instruments> {
  const networks = new InstalledNetworks(modelsDir, sessions);
  const instruments: Instrument[] = [plain(sessions)];
  const reasons = new Map<MetricName, string>();
  const use = (found: Installed | string, metrics: readonly MetricName[], instrument: (it: Installed) => Instrument) =>
    typeof found === "string"
      ? metrics.forEach((metric) => reasons.set(metric, found))
      : void instruments.push(instrument(found));
  use(await networks.find("lpips-alex"), ["lpips"], perceptual);
  use(await networks.find("vgg19"), ["cfsd", "gram"], (it) => gramAndStructure(it, sessions));
  use(await networks.find("csd-vit-l", csdNames), ["csd"], styleAlone);
  const clip = await findClip(networks);
  if (typeof clip === "string") for (const metric of ["clip-image", "clip-text"] as const) reasons.set(metric, clip);
  else {
    instruments.push(clipScores(clip));
    if (clip.text === null) reasons.set("clip-text", NO_TEXT);
  }
  const fid = await networks.find("fid-inception", inceptionNames);
  if (typeof fid === "string") for (const metric of ["fid", "kid"] as const) reasons.set(metric, fid);
  const art = await networks.find("art-inception", inceptionNames);
  const lacking = [art, reasons.get("lpips")].find((why) => typeof why === "string");
  if (lacking !== undefined) reasons.set("artfid", lacking);
  const eyes = {
    fid: typeof fid === "string" ? null : { id: fid.id, see: (picture: RgbImage) => fidVector(fid.network, picture) },
    art:
      typeof art === "string" || lacking !== undefined
        ? null
        : { id: art.id, see: (picture: RgbImage) => artVector(art.network, picture) },
  };
  const missing = [...reasons].map(([metric, why]) => ({ metric, label: METRICS[metric].label, why }));
  return { instruments, eyes, leftOut: [...missing, NO_IDENTITY] };
}

const NO_TEXT = "the safety checker's CLIP knows no words: atelier models install clip-vit-large-patch14";
const NO_IDENTITY = {
  metric: "face-identity",
  label: "face identity",
  why: "there is no network here that knows one face from another; the features kept in faces stand for it",
} as const;

/** What needs no weights but those that come along. */
const plain = (sessions: SessionPool): Instrument => {
  const histogramOf = onceFor(({ image }) => uvHistogram(image, sessions));
  return {
    id: "plain",
    measure: async ({ result, content, style, faces }) => {
      const found = await faces();
      const kept = facesKept(result.lab, content.lab, found.faces, found.from);
      return {
        ssim: ssim(result.image, content.image),
        edges: edgeCorrelation(result.lab, content.lab),
        faces: kept && kept.likeness,
        palette: paletteDistance(result.lab, style.lab),
        histogram: histogramDistance(await histogramOf(result), await histogramOf(style)),
      };
    },
  };
};

const perceptual = ({ id, network }: Installed): Instrument => ({
  id,
  measure: async ({ result, content }) => ({
    lpips: await perceptualDistance(network, result.image, content.image),
  }),
});

const gramAndStructure = ({ id, network }: Installed, sessions: SessionPool): Instrument => {
  const seen = onceFor(({ image }) => vggSight(network, image));
  // Styles are many and met often: of them the matrices alone are remembered.
  const gramsOf = onceFor(async ({ image }) => (await vggSight(network, image))?.grams ?? null);
  return {
    id,
    measure: async ({ result, content, style }) => {
      const [own, made, grams] = [await seen(content), await seen(result), await gramsOf(style)];
      return {
        cfsd: own && made && (await structureDistance(made, own, sessions)),
        gram: made && grams && gramDistance(made.grams, grams),
      };
    },
  };
};

const styleAlone = ({ id, network }: Installed): Instrument => {
  const directionOf = onceFor(({ image }) => styleDirection(network, image));
  return {
    id,
    measure: async ({ result, style }) => ({ csd: dot(await directionOf(result), await directionOf(style)) }),
  };
};

/** CLIP whole, or else what the safety checker has of it. */
async function findClip(networks: InstalledNetworks): Promise<(Clip & { readonly id: string }) | string> {
  const whole = await networks.find("clip-vit-large-patch14");
  const found = typeof whole === "string" ? await networks.find(SAFETY_CHECKER, checkersNames) : whole;
  if (typeof found === "string") return whole as string;
  const read = found === whole ? readClip : readCheckersClip;
  try {
    return { ...(await read(found.folder, found.network)), id: found.id };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.message;
  }
}

const clipScores = (clip: Clip & { readonly id: string }): Instrument => {
  const directionOf = onceFor(({ image }) => pictureDirection(clip, image));
  const words = new Map<string, Promise<Float32Array | null>>();
  const wordsOf = (text: string): Promise<Float32Array | null> => {
    const known = words.get(text) ?? textDirection(clip, text);
    words.set(text, known);
    return known;
  };
  return {
    id: clip.id,
    measure: async ({ result, style, description }) => {
      const own = await directionOf(result);
      const text = description === null ? null : await wordsOf(description);
      return { "clip-image": dot(own, await directionOf(style)), "clip-text": text && dot(own, text) };
    },
  };
};

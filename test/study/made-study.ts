/** Manifests, ballots and measures of studies that nobody painted. */
import { newManifest, type Manifest } from "../../src/study/manifest.ts";
import { type Measures, newMeasures } from "../../src/study/measures.ts";
import type { StudyBallot } from "../../src/study/study-ballots.ts";
import type { Ballot } from "../../src/votes/ballot.ts";
import { VARIANTS } from "../../src/variant.ts";

const SHA = "0".repeat(64);
const source = (name: string) => ({
  name,
  file: `${name}.png`,
  fileSha256: SHA,
  sha256: SHA,
  width: 64,
  height: 64,
  notes: [],
  licence: null,
});

/** Every content in every style by the three variants, as if all were painted. */
export function madeManifest(
  contents: readonly { name: string; face: boolean }[],
  styles: readonly string[],
): Manifest {
  const pairs = styles.flatMap((style) => contents.map(({ name }) => ({ content: name, style })));
  const plan = newManifest({
    atelier: "1.0.0",
    engine: { stylizer: "diffusion", describer: "palette", parts: "both", precision: "auto", stepCache: "off" },
    machine: { node: "v20", platform: "linux x64", device: "cpu" },
    settings: { size: 64, strength: 0.6, steps: null, guidance: null, learnSteps: null },
    candidates: VARIANTS.map((id) => ({ id, kind: "variant", variant: id, stylePath: "auto" })),
    seeds: [1],
    contents: contents.map(({ name, face }) => ({ ...source(name), face })),
    styles: styles.map((name) => ({ ...source(name), description: null, token: null })),
    pairs,
    leftOut: [],
    weights: [],
  });
  const pictures = pairs.flatMap((pair) =>
    VARIANTS.map((candidate) => ({
      ...pair,
      candidate,
      seed: 1,
      file: `pictures/${pair.content}/${pair.style}/${candidate}-1.png`,
      sha256: SHA,
      width: 64,
      height: 64,
      painted: {
        engine: "diffusion" as const,
        variant: candidate,
        stylePath: null,
        steps: 20,
        guidance: 7.5,
        stepCache: null,
        unetRows: 34,
        describer: null,
        seconds: { caption: 0, stylize: 2, total: 2 },
      },
    })),
  );
  return { ...plan, pictures, complete: true };
}

/** A ranking of one pair, nothing wrong with it. */
export const madeBallot = (over: Partial<StudyBallot> = {}): StudyBallot => ({
  person: "ann",
  content: "cat",
  style: "ink",
  seed: 1,
  shown: [...VARIANTS],
  ranking: [...VARIANTS],
  seconds: 20,
  check: "none",
  at: 0,
  ...over,
});

/** The same ballot as a study keeps it: the pair's name is its content's. */
export const asStudyBallot = ({ voter, pair, places, at }: Ballot, style: string): StudyBallot =>
  madeBallot({ person: voter, content: pair, style, ranking: [places[1]!, places[2]!, places[3]!], at });

/** One metric over pictures for each function of a picture, all the higher the better. */
export function madeMeasures(
  { pictures }: Manifest,
  metrics: Readonly<Record<string, (candidate: string, content: string) => number>>,
): Measures {
  const ids = Object.keys(metrics);
  return newMeasures({
    atelier: "1.0.0",
    metrics: ids.map((id) => ({
      id,
      label: id.toUpperCase(),
      side: "style",
      better: "higher",
      of: "picture",
      note: null,
      prefersContent: id === "contrary",
    })),
    pictures: pictures.flatMap(({ content, style, candidate, seed }) =>
      ids.map((metric) => ({ content, style, candidate, seed, metric, value: metrics[metric]!(candidate, content) })),
    ),
    sets: [],
    leftOut: [{ metric: "lpips", label: "LPIPS (AlexNet)", why: "its weights are not installed" }],
    broken: [],
  });
}

/** The metrics that there are, and how each is read; what each is stands with the function that measures it. */

export interface MetricKind {
  readonly label: string;
  /** What it holds a picture against. */
  readonly side: "content" | "style" | "both";
  readonly better: "lower" | "higher";
  /** Whether there is a value for each picture, or one for all pictures of a candidate together. */
  readonly of: "picture" | "set";
  /** What has to stand beside its values. */
  readonly note: string | null;
}

const LEAKS = "It sees what a picture shows as well as how: a picture of the style's subject gains by that.";

/** In the order in which they are shown. */
export const METRICS = {
  lpips: { label: "LPIPS (AlexNet)", side: "content", better: "lower", of: "picture", note: null },
  cfsd: { label: "CFSD (VGG-19)", side: "content", better: "lower", of: "picture", note: null },
  ssim: { label: "SSIM", side: "content", better: "higher", of: "picture", note: null },
  edges: { label: "edge correlation", side: "content", better: "higher", of: "picture", note: null },
  faces: {
    label: "features kept in faces",
    side: "content",
    better: "higher",
    of: "picture",
    note: "Of contents with faces. No network says whose face it is; it is whether its features are where they were.",
  },
  gram: { label: "Gram distance (VGG-19)", side: "style", better: "lower", of: "picture", note: null },
  csd: {
    label: "CSD (style alone)",
    side: "style",
    better: "higher",
    of: "picture",
    note: "Its authors say that the weights they released do not reach their paper's figures.",
  },
  "clip-image": { label: "CLIP, to the style picture", side: "style", better: "higher", of: "picture", note: LEAKS },
  "clip-text": {
    label: "CLIP, to the style's description",
    side: "style",
    better: "higher",
    of: "picture",
    note: `${LEAKS} Of a long description only the beginning counts.`,
  },
  palette: { label: "sliced Wasserstein of colours", side: "style", better: "lower", of: "picture", note: null },
  histogram: { label: "histogram distance (HistoGAN)", side: "style", better: "lower", of: "picture", note: null },
  fid: {
    label: "FID, to the style pictures",
    side: "style",
    better: "lower",
    of: "set",
    note: "Of fewer pictures than some thousand it is too high, the more so the fewer they are, and not to be trusted: read KID.",
  },
  kid: {
    label: "KID, to the style pictures",
    side: "style",
    better: "lower",
    of: "set",
    note: "On average right however few pictures there are; it may then be below 0.",
  },
  artfid: {
    label: "ArtFID",
    side: "both",
    better: "lower",
    of: "set",
    note: "(1 + LPIPS)(1 + FID of its own Inception). It compares only within the same pairs, and untouched contents have done well by it: read both factors.",
  },
} as const satisfies Readonly<Record<string, MetricKind>>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];

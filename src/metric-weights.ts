/** Weights that pictures are measured by, as they are named in the catalogue and as folders beside the checkpoints. */
export type MetricWeights =
  | "lpips-alex"
  | "fid-inception"
  | "art-inception"
  | "vgg19"
  | "clip-vit-large-patch14"
  | "csd-vit-l";

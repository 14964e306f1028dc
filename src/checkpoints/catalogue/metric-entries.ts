/** Networks that the pictures of a study are measured by. */
import type { MetricWeights } from "../../metric-weights.ts";
import { APACHE_2, type CatalogueEntry, type CatalogueSource, files } from "./catalogue-entry.ts";

/** A network that pictures of a study are measured by. */
const metric = (
  name: MetricWeights,
  title: string,
  { megabytes, licence, ...source }: CatalogueSource & Pick<CatalogueEntry, "licence" | "megabytes">,
): CatalogueEntry => ({ name, title, purpose: "metric", layout: "metric", megabytes, licence, sources: [source] });

export const METRIC_ENTRIES: readonly CatalogueEntry[] = [
  metric("lpips-alex", "LPIPS over AlexNet: how different two pictures look", {
    repo: "achiru/DiffSynth-Studio-ImageMetrics",
    revision: "main",
    megabytes: 10,
    licence: { name: "BSD-2-Clause", url: "https://github.com/richzhang/PerceptualSimilarity/blob/master/LICENSE" },
    files: [{ path: "LPIPS/alexnet.safetensors", as: "model.safetensors" }],
  }),
  metric("fid-inception", "FID's and KID's Inception: how far sets of pictures are apart", {
    repo: "nikhilr01/sen-bridge-weights",
    revision: "main",
    megabytes: 96,
    licence: APACHE_2,
    files: [
      {
        path: "fid_inception.safetensors",
        as: "model.safetensors",
        sha256: "b7a528bf4051f62c057bc14657865abf180a23eb1748d00ff0933d84698202ed",
      },
    ],
  }),
  metric("art-inception", "ArtFID's Inception, trained on paintings", {
    repo: "matthias-wright/art_inception",
    revision: "70c27a861d43379d5016b16b03b5324ab4ffae4b",
    megabytes: 108,
    licence: { name: "MIT", url: "https://huggingface.co/matthias-wright/art_inception" },
    files: [{ path: "art_inception.pth", as: "pytorch_model.bin" }],
  }),
  metric("vgg19", "VGG-19, for Gram matrices (style) and CFSD (content)", {
    repo: "timm/vgg19.tv_in1k",
    revision: "128d4708565b3a414bcbb9bbad440b2fe37b9f18",
    megabytes: 575,
    licence: { name: "BSD-3-Clause", url: "https://huggingface.co/timm/vgg19.tv_in1k" },
    files: files("model.safetensors"),
  }),
  metric("clip-vit-large-patch14", "CLIP: how near pictures are to their style and to its description", {
    repo: "openai/clip-vit-large-patch14",
    revision: "32bd64288804d66eefd0ccbe215aa642df71cc41",
    megabytes: 1710,
    licence: { name: "MIT", url: "https://github.com/openai/CLIP/blob/main/LICENSE" },
    files: files("config.json", "vocab.json", "merges.txt", "model.safetensors"),
  }),
  metric("csd-vit-l", "CSD: how alike two pictures are in style alone", {
    repo: "tomg-group-umd/CSD-ViT-L",
    revision: "5bc26a6fb0487f3f00a2a7313135103a005b1b67",
    megabytes: 2438,
    licence: { name: "CC-BY-4.0", url: "https://huggingface.co/tomg-group-umd/CSD-ViT-L" },
    files: [{ path: "pytorch_model.bin", sha256: "40e92fad63a361b8136100cd234c42d401ef9b34ff1748234318929ebcc7e7a1" }],
  }),
];

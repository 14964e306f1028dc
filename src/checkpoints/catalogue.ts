/** The checkpoints that Atelier can install: where each comes from, which of its files are needed, and on what terms. */
import { UserError } from "../errors.ts";
import { ACCELERATOR_FILE, type Accelerator } from "../lora-folder.ts";
import type { MetricWeights } from "../metric-weights.ts";
import { SAFETY_CHECKER } from "../safety-setting.ts";
import { ADAPTER_FILE, CONTOURS, CONTOURS_FILE, type ImageAdapterName, TOWER_FOLDER } from "../image-adapter-folder.ts";

/**
 * How the files of an installed checkpoint are laid out, and thus what can read them. `llava`: downloaded as its authors
 * released it, into the folder `original`, and converted once.
 */
type CheckpointLayout =
  | "diffusers"
  | "transformers.js"
  | "llava"
  | "lora"
  | "image-adapter"
  | "safety-checker"
  | "metric";

export interface CatalogueFile {
  /** Path in the repository. */
  readonly path: string;
  /** Path in the installed folder, where it differs. */
  readonly as?: string;
  /** Sha256 of the content (hex); where it is not given, the hub's own is believed. */
  readonly sha256?: string;
  /** Some revisions have it and others do not. */
  readonly optional?: boolean;
}

export interface CatalogueSource {
  /** `organisation/name` on the hub. */
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  readonly files: readonly CatalogueFile[];
}

export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  readonly purpose: "stylizer" | "captioner" | "preview" | "draft" | "adapter" | "safety" | "metric";
  readonly layout: CheckpointLayout;
  readonly sources: readonly CatalogueSource[];
  /** Size of the download, about; the hub says the exact number. */
  readonly megabytes: number;
  /** What its conversion takes on the disk beside the download, about. */
  readonly convertedMegabytes?: number;
  readonly licence: { readonly name: string; readonly url: string };
  /** transformers.js: which variant of each graph the files are. */
  readonly dtypes?: Readonly<Record<string, string>>;
}

const files = (...paths: readonly string[]): CatalogueFile[] => paths.map((path) => ({ path }));
const optional = (...paths: readonly string[]): CatalogueFile[] => paths.map((path) => ({ path, optional: true }));

const original = (...paths: readonly string[]): CatalogueFile[] =>
  paths.map((path) => ({ path, as: `original/${path}` }));

const STABLE_DIFFUSION_FILES = [
  "model_index.json",
  "scheduler/scheduler_config.json",
  "tokenizer/vocab.json",
  "tokenizer/merges.txt",
  "tokenizer/tokenizer_config.json",
  "tokenizer/special_tokens_map.json",
  "text_encoder/config.json",
  "unet/config.json",
  "vae/config.json",
] as const;

const OPEN_RAIL_M = {
  name: "CreativeML OpenRAIL-M",
  url: "https://huggingface.co/spaces/CompVis/stable-diffusion-license",
} as const;
const APACHE_2 = { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" } as const;

/** A single file of weights over Stable Diffusion 1 that make drafts. */
const accelerator = (
  name: Accelerator,
  title: string,
  {
    repo,
    revision,
    licence,
    megabytes,
    ...file
  }: Omit<CatalogueSource, "files"> &
    Pick<CatalogueEntry, "licence" | "megabytes"> &
    Pick<CatalogueFile, "path" | "sha256">,
): CatalogueEntry => ({
  name,
  title,
  purpose: "draft",
  layout: "lora",
  megabytes,
  licence,
  sources: [{ repo, revision, files: [{ ...file, as: ACCELERATOR_FILE }] }],
});

const HYPER_SD = {
  repo: "ByteDance/Hyper-SD",
  revision: "52d483a2ab8d38ce89e1d8b8f45771905f3af3f4",
  megabytes: 269,
  licence: { name: "that of its authors", url: "https://huggingface.co/ByteDance/Hyper-SD" },
} as const;

const IP_ADAPTER = { repo: "h94/IP-Adapter", revision: "018e402774aeeddd60609b4ecdb7e298259dc729" } as const;
const TOWER_CONFIG: CatalogueFile = { path: "models/image_encoder/config.json", as: `${TOWER_FOLDER}/config.json` };

/** An image adapter over Stable Diffusion 1 with the tower that it looks with, CLIP's ViT-H/14. */
const imageAdapter = (name: ImageAdapterName, title: string, file: CatalogueFile): CatalogueEntry => ({
  name,
  title,
  purpose: "adapter",
  layout: "image-adapter",
  megabytes: 2630,
  licence: APACHE_2,
  sources: [
    {
      ...IP_ADAPTER,
      files: [
        { ...file, as: ADAPTER_FILE.adapter },
        TOWER_CONFIG,
        {
          path: "models/image_encoder/model.safetensors",
          as: `${TOWER_FOLDER}/model.safetensors`,
          sha256: "6ca9667da1ca9e0b0f75e46bb030f7e011f44f86cbfb8d5a36590fcd7507b030",
        },
      ],
    },
  ],
});

/** A network that pictures of a study are measured by. */
const metric = (
  name: MetricWeights,
  title: string,
  { megabytes, licence, ...source }: CatalogueSource & Pick<CatalogueEntry, "licence" | "megabytes">,
): CatalogueEntry => ({ name, title, purpose: "metric", layout: "metric", megabytes, licence, sources: [source] });

const VISION_LANGUAGE_FILES = [
  ...files(
    "config.json",
    "generation_config.json",
    "preprocessor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
  ),
  ...optional("processor_config.json", "chat_template.json", "chat_template.jinja", "special_tokens_map.json"),
];

export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    name: "stable-diffusion-v1-4",
    title: "Stable Diffusion v1.4, the paper's, in single precision",
    purpose: "stylizer",
    layout: "diffusers",
    megabytes: 4270,
    licence: OPEN_RAIL_M,
    sources: [
      {
        repo: "CompVis/stable-diffusion-v1-4",
        revision: "133a221b8aa7292a167afc5127cb63fb5005638b",
        files: [
          ...files(
            ...STABLE_DIFFUSION_FILES,
            "text_encoder/model.safetensors",
            "vae/diffusion_pytorch_model.safetensors",
          ),
          {
            path: "unet/diffusion_pytorch_model.safetensors",
            sha256: "145a07e0f05ec5bbe6e2e9faf608bdb311caf708895cac8c8ed713c59864e1e8",
          },
        ],
      },
    ],
  },
  {
    name: "stable-diffusion-v1-4-fp16",
    title: "Stable Diffusion v1.4 in half precision, for graphics cards",
    purpose: "stylizer",
    layout: "diffusers",
    megabytes: 2140,
    licence: OPEN_RAIL_M,
    sources: [
      {
        repo: "CompVis/stable-diffusion-v1-4",
        revision: "133a221b8aa7292a167afc5127cb63fb5005638b",
        files: [
          ...files(...STABLE_DIFFUSION_FILES),
          { path: "text_encoder/model.fp16.safetensors", as: "text_encoder/model.safetensors" },
          {
            path: "unet/diffusion_pytorch_model.fp16.safetensors",
            as: "unet/diffusion_pytorch_model.safetensors",
            sha256: "a35404d03ec8f977715a4d2a080ddf72e2144f2ee49bb1ee213258bc64f9cc87",
          },
          { path: "vae/diffusion_pytorch_model.fp16.safetensors", as: "vae/diffusion_pytorch_model.safetensors" },
        ],
      },
    ],
  },
  {
    name: "taesd",
    title: "Tiny autoencoder for sharp previews of Stable Diffusion",
    purpose: "preview",
    layout: "diffusers",
    megabytes: 10,
    licence: { name: "MIT", url: "https://huggingface.co/madebyollin/taesd" },
    sources: [
      {
        repo: "madebyollin/taesd",
        revision: "614f76814bbe30edbe2e627ace1c2234c81a2c0e",
        files: [
          { path: "config.json" },
          {
            path: "diffusion_pytorch_model.safetensors",
            sha256: "db169d69145ec4ff064e49d99c95fa05d3eb04ee453de35824a6d0f325513549",
          },
        ],
      },
    ],
  },
  {
    name: SAFETY_CHECKER,
    title: "Stable Diffusion's safety checker, for bots in public servers",
    purpose: "safety",
    layout: "safety-checker",
    megabytes: 608,
    licence: OPEN_RAIL_M,
    sources: [
      {
        repo: "CompVis/stable-diffusion-v1-4",
        revision: "133a221b8aa7292a167afc5127cb63fb5005638b",
        files: [
          { path: "safety_checker/config.json", as: "config.json" },
          {
            path: "safety_checker/model.fp16.safetensors",
            as: "model.safetensors",
            sha256: "08902f19b1cfebd7c989f152fc0507bef6898c706a91d666509383122324b511",
          },
        ],
      },
    ],
  },
  accelerator("hyper-sd15-8", "Hyper-SD for drafts with Stable Diffusion 1, made for 8 steps", {
    ...HYPER_SD,
    path: "Hyper-SD15-8steps-lora.safetensors",
  }),
  accelerator("hyper-sd15-4", "Hyper-SD for drafts with Stable Diffusion 1, made for 4 steps", {
    ...HYPER_SD,
    path: "Hyper-SD15-4steps-lora.safetensors",
  }),
  accelerator("lcm-lora-sd15", "LCM-LoRA for drafts with Stable Diffusion 1, 4 steps", {
    repo: "latent-consistency/lcm-lora-sdv1-5",
    revision: "cf2fced511dbe7e26c8d1d397e728fbab875db4b",
    megabytes: 135,
    licence: { name: "openrail++", url: "https://huggingface.co/latent-consistency/lcm-lora-sdv1-5" },
    path: "pytorch_lora_weights.safetensors",
    sha256: "8f90d840e075ff588a58e22c6586e2ae9a6f7922996ee6649a7f01072333afe4",
  }),
  imageAdapter("ip-adapter-sd15", "IP-Adapter: the style image as a prompt, in 4 tokens", {
    path: "models/ip-adapter_sd15.safetensors",
    sha256: "289b45f16d043d0bf542e45831f971dcdaabe18b656f11e86d9dfba7e9ee3369",
  }),
  imageAdapter("ip-adapter-plus-sd15", "IP-Adapter plus: the same in 16 tokens, closer to what the picture shows", {
    path: "models/ip-adapter-plus_sd15.safetensors",
    sha256: "a1c250be40455cc61a43da1201ec3f1edaea71214865fb47f57927e06cbe4996",
  }),
  {
    name: "styleshot-sd15" satisfies ImageAdapterName,
    title: "StyleShot: the style image as a prompt, seen by an encoder of styles alone",
    purpose: "adapter",
    layout: "image-adapter",
    megabytes: 6790,
    licence: {
      name: "MIT; its authors ask for responsible use and answer for no misuse",
      url: "https://huggingface.co/Gaojunyao/StyleShot",
    },
    sources: [
      {
        repo: "Gaojunyao/StyleShot",
        revision: "8b8efc011ad8aa7652bf10d906063010eedca63d",
        files: [
          { path: "pretrained_weight/ip.bin", as: ADAPTER_FILE.styleshot },
          {
            path: "pretrained_weight/style_aware_encoder.bin",
            as: `${TOWER_FOLDER}/pytorch_model.bin`,
            sha256: "5ef458358b6acdd2e1451e8ada6b1f60e5a02f031a2e0eca724d69c48b999196",
          },
        ],
      },
      // The encoder's transformer has the layout of this tower (CLIP ViT-H/14), whose settings its authors take from there.
      { ...IP_ADAPTER, files: [TOWER_CONFIG] },
    ],
  },
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
  {
    name: CONTOURS,
    title: "HED: draws the content's contours, which StyleShot then keeps",
    purpose: "adapter",
    layout: "image-adapter",
    megabytes: 29,
    licence: {
      name: "Apache-2.0, as its author says of code and weights",
      url: "https://github.com/lllyasviel/ControlNet/blob/main/annotator/hed/__init__.py",
    },
    sources: [
      {
        repo: "lllyasviel/Annotators",
        revision: "982e7edaec38759d914a963c48c4726685de7d96",
        files: [
          {
            path: CONTOURS_FILE,
            sha256: "5ca93762ffd68a29fee1af9d495bf6aab80ae86f08905fb35472a083a4c7a8fa",
          },
        ],
      },
    ],
  },
  {
    name: "sharegpt4v-7b",
    title: "ShareGPT4V-7B, the paper's captioner; 4.4 GB once converted to 4 bits",
    purpose: "captioner",
    layout: "llava",
    megabytes: 14_130,
    convertedMegabytes: 4700,
    licence: {
      name: "LLaMA 2 Community License, the only one that its authors name",
      url: "https://huggingface.co/Lin-Chen/ShareGPT4V-7B",
    },
    sources: [
      {
        repo: "Lin-Chen/ShareGPT4V-7B",
        revision: "96964e6e799e31f76efed1a80875de2721550790",
        files: original(
          "config.json",
          "pytorch_model.bin.index.json",
          "pytorch_model-00001-of-00002.bin",
          "pytorch_model-00002-of-00002.bin",
          "tokenizer.model",
        ),
      },
      {
        repo: "Lin-Chen/ShareGPT4V-7B_Pretrained_vit-large336-l12",
        revision: "7c7cca174ca36fe4fa29fafa6431f365fc31dac1",
        files: [
          { path: "config.json", as: "original/vision_tower/config.json" },
          { path: "preprocessor_config.json", as: "original/vision_tower/preprocessor_config.json" },
          { path: "pytorch_model.bin", as: "original/vision_tower/pytorch_model.bin" },
        ],
      },
    ],
  },
  {
    name: "smolvlm-256m",
    title: "SmolVLM 256M, a small captioner for machines without a graphics card",
    purpose: "captioner",
    layout: "transformers.js",
    megabytes: 215,
    licence: APACHE_2,
    dtypes: { embed_tokens: "fp16", vision_encoder: "q4", decoder_model_merged: "q4" },
    sources: [
      {
        repo: "HuggingFaceTB/SmolVLM-256M-Instruct",
        revision: "acc054744d60adea9d88214dab6e2219e6e512a7",
        files: [
          ...VISION_LANGUAGE_FILES,
          ...files("onnx/embed_tokens_fp16.onnx", "onnx/vision_encoder_q4.onnx", "onnx/decoder_model_merged_q4.onnx"),
        ],
      },
    ],
  },
  {
    name: "smolvlm-500m",
    title: "SmolVLM 500M, twice the size of the 256M",
    purpose: "captioner",
    layout: "transformers.js",
    megabytes: 400,
    licence: APACHE_2,
    dtypes: { embed_tokens: "fp16", vision_encoder: "q4", decoder_model_merged: "q4" },
    sources: [
      {
        repo: "HuggingFaceTB/SmolVLM-500M-Instruct",
        revision: "a7da5b986cb59b408707209984f360a5f4ad7e47",
        files: [
          ...VISION_LANGUAGE_FILES,
          ...files("onnx/embed_tokens_fp16.onnx", "onnx/vision_encoder_q4.onnx", "onnx/decoder_model_merged_q4.onnx"),
        ],
      },
    ],
  },
  {
    name: "llava-onevision-0.5b",
    title: "LLaVA-OneVision 0.5B, the closest small relative of the paper's captioner",
    purpose: "captioner",
    layout: "transformers.js",
    megabytes: 1400,
    licence: APACHE_2,
    dtypes: { embed_tokens: "fp16", vision_encoder: "fp16", decoder_model_merged: "q4" },
    sources: [
      {
        repo: "llava-hf/llava-onevision-qwen2-0.5b-ov-hf",
        revision: "bcef42bc8d54271d2d66b3e92876c3c9b990ad33",
        files: [
          ...VISION_LANGUAGE_FILES,
          ...files("onnx/embed_tokens_fp16.onnx", "onnx/vision_encoder_fp16.onnx", "onnx/decoder_model_merged_q4.onnx"),
        ],
      },
    ],
  },
];

/** @throws UserError naming the checkpoints there are */
export function findInCatalogue(name: string, catalogue: readonly CatalogueEntry[] = CATALOGUE): CatalogueEntry {
  const entry = catalogue.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = catalogue.map((candidate) => candidate.name).join(", ");
  throw new UserError("unknown-checkpoint", `There is no checkpoint ${JSON.stringify(name)}. There are: ${names}.`);
}

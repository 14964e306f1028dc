/** What Stable Diffusion paints with: the network itself, sharp previews, quick drafts, the checker beside it. */
import { ACCELERATOR_FILE, type Accelerator } from "../../lora-folder.ts";
import { SAFETY_CHECKER } from "../../safety-setting.ts";
import { type CatalogueEntry, type CatalogueFile, type CatalogueSource, files } from "./catalogue-entry.ts";

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

export const STYLIZER_ENTRIES: readonly CatalogueEntry[] = [
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
];

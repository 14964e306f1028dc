/** What lets Stable Diffusion look at the style image as at a prompt, and at the contours of the content. */
import {
  ADAPTER_FILE,
  CONTOURS,
  CONTOURS_FILE,
  type ImageAdapterName,
  TOWER_FOLDER,
} from "../../image-adapter-folder.ts";
import { APACHE_2, type CatalogueEntry, type CatalogueFile } from "./catalogue-entry.ts";

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

export const ADAPTER_ENTRIES: readonly CatalogueEntry[] = [
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
];

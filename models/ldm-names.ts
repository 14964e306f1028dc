/**
 * The names of a single-file Stable Diffusion 1 checkpoint (CompVis' latent-diffusion code) for the names used here,
 * which are those of diffusers. Only two levels of nesting differ; transformer blocks are named alike in both.
 */
import { EngineError } from "../src/errors.ts";

/** Residual blocks of a level, and levels of the autoencoder. */
const [LAYERS, LEVELS] = [2, 4];

const RESNET: Readonly<Record<string, string>> = {
  norm1: "in_layers.0",
  conv1: "in_layers.2",
  time_emb_proj: "emb_layers.1",
  norm2: "out_layers.0",
  conv2: "out_layers.3",
  conv_shortcut: "skip_connection",
};

const UNET_TOP: Readonly<Record<string, string>> = {
  "time_embedding.linear_1": "time_embed.0",
  "time_embedding.linear_2": "time_embed.2",
  conv_in: "input_blocks.0.0",
  conv_norm_out: "out.0",
  conv_out: "out.2",
};

const VAE_ATTENTION: Readonly<Record<string, string>> = {
  group_norm: "norm",
  to_q: "q",
  to_k: "k",
  to_v: "v",
  "to_out.0": "proj_out",
};

/** `down_blocks.1.attentions.0.norm.weight` -> `model.diffusion_model.input_blocks.4.1.norm.weight` */
export function ldmUNetName(name: string): string {
  // One list of blocks runs through all levels: the layers of a level, then what changes the size.
  const input = (level: number, layer: number): string => `input_blocks.${(LAYERS + 1) * level + layer + 1}`;
  const output = (level: number, layer: number): string => `output_blocks.${(LAYERS + 1) * level + layer}`;
  const ldm = renamePart(name, [
    [/^(time_embedding\.linear_[12]|conv_in|conv_norm_out|conv_out)(?=\.)/, ([, part]) => UNET_TOP[part!]!],
    [/^down_blocks\.(\d+)\.resnets\.(\d+)\.(\w+)/, ([, i, j, part]) => `${input(+i!, +j!)}.0.${RESNET[part!]}`],
    [/^down_blocks\.(\d+)\.attentions\.(\d+)/, ([, i, j]) => `${input(+i!, +j!)}.1`],
    [/^down_blocks\.(\d+)\.downsamplers\.0\.conv/, ([, i]) => `${input(+i!, LAYERS)}.0.op`],
    [/^mid_block\.resnets\.(\d)\.(\w+)/, ([, j, part]) => `middle_block.${2 * +j!}.${RESNET[part!]}`],
    [/^mid_block\.attentions\.0/, () => "middle_block.1"],
    [/^up_blocks\.(\d+)\.resnets\.(\d+)\.(\w+)/, ([, i, j, part]) => `${output(+i!, +j!)}.0.${RESNET[part!]}`],
    [/^up_blocks\.(\d+)\.attentions\.(\d+)/, ([, i, j]) => `${output(+i!, +j!)}.1`],
    // The first up block has no attention, so its upsampler is the second of its block and not the third.
    [/^up_blocks\.0\.upsamplers\.0\.conv/, () => `${output(0, LAYERS)}.1.conv`],
    [/^up_blocks\.(\d+)\.upsamplers\.0\.conv/, ([, i]) => `${output(+i!, LAYERS)}.2.conv`],
  ]);
  return `model.diffusion_model.${ldm}`;
}

/** `decoder.up_blocks.0.resnets.1.conv1.weight` -> `first_stage_model.decoder.up.3.block.1.conv1.weight` */
export function ldmVaeName(name: string): string {
  const ldm = renamePart(name, [
    [/^(quant_conv|post_quant_conv)(?=\.)/, ([whole]) => whole!],
    [/^(encoder|decoder)\.(conv_in|conv_out)(?=\.)/, ([whole]) => whole!],
    [/^(encoder|decoder)\.conv_norm_out/, ([, side]) => `${side}.norm_out`],
    [/^encoder\.down_blocks\.(\d+)\.resnets\.(\d+)/, ([, i, j]) => `encoder.down.${i}.block.${j}`],
    [/^encoder\.down_blocks\.(\d+)\.downsamplers\.0\.conv/, ([, i]) => `encoder.down.${i}.downsample.conv`],
    [/^decoder\.up_blocks\.(\d+)\.resnets\.(\d+)/, ([, i, j]) => `decoder.up.${LEVELS - 1 - +i!}.block.${j}`],
    [/^decoder\.up_blocks\.(\d+)\.upsamplers\.0\.conv/, ([, i]) => `decoder.up.${LEVELS - 1 - +i!}.upsample.conv`],
    [/^(encoder|decoder)\.mid_block\.resnets\.(\d)/, ([, side, j]) => `${side}.mid.block_${+j! + 1}`],
    [
      /^(encoder|decoder)\.mid_block\.attentions\.0\.(group_norm|to_q|to_k|to_v|to_out\.0)/,
      ([, side, part]) => `${side}.mid.attn_1.${VAE_ATTENTION[part!]}`,
    ],
  ]);
  return `first_stage_model.${ldm.replace("conv_shortcut", "nin_shortcut")}`;
}

/** `text_model.final_layer_norm.weight` -> `cond_stage_model.transformer.text_model.final_layer_norm.weight` */
export const ldmTextName = (name: string): string => `cond_stage_model.transformer.${name}`;

type Rule = readonly [pattern: RegExp, replace: (match: readonly string[]) => string];

function renamePart(name: string, rules: readonly Rule[]): string {
  for (const [pattern, replace] of rules) {
    const match = pattern.exec(name);
    if (match) return replace(match) + name.slice(match[0].length);
  }
  throw new EngineError(`no tensor of a single-file checkpoint corresponds to ${name}`, { retryable: false });
}

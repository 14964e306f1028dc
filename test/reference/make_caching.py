"""Step caches over the tiny pipelines with PyTorch, from the equations of their papers: what src/stylize/diffusion is held to.

DeepCache (Ma et al. 2024, section 3.2): a whole step keeps F = U_2(.), what comes up beside the first skip connection;
the steps up to the next whole one compute D_1, the first convolution, and U_1(concat(F, D_1(x))). T-GATE (Zhang et al.
2024, section 4): at the gate step m each cross-attention keeps the mean of its outputs under the empty prompt and under
the prompt; later steps take that in its place and are not guided. Both: step m is a whole one.
"""

import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import DPMSolverMultistepScheduler
from safetensors.torch import load_file, save_file

from make_runs import DESCRIPTION, STRENGTH, Pipeline, adain, noised

INTERVAL = 3
GATED_PART = 0.4
GUIDED_PART = 0.7
GUIDANCE = 7
CACHES = ("deepcache", "tgate", "both")
VARIANTS = ("inst", "image-prompt")
STEPS = 8

torch.set_num_threads(1)


class CrossAttention:
    """softmax(q kᵀ / √d) v of one place; its output after the last projection is kept, or was."""

    def __init__(self):
        self.mode, self.kept = "fresh", None

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, **_):
        if self.mode == "reused":
            return self.kept.expand(hidden_states.shape[0], -1, -1)
        heads = lambda x: x.unflatten(2, (attn.heads, -1)).transpose(1, 2)
        q, k, v = attn.to_q(hidden_states), attn.to_k(encoder_hidden_states), attn.to_v(encoder_hidden_states)
        y = F.scaled_dot_product_attention(heads(q), heads(k), heads(v)).transpose(1, 2).flatten(2)
        y = attn.to_out[0](y)
        if self.mode == "kept":
            self.kept = y.mean(0, keepdim=True)
        return y


class CachedUNet:
    def __init__(self, unet, cache: str, steps: int):
        self.unet, self.cache, self.deep = unet, cache, None
        self.gate = math.ceil(GATED_PART * steps) - 1 if cache != "deepcache" else None
        self.last_whole = None
        self.own = dict(unet.attn_processors)
        self.places = {name: CrossAttention() for name in self.own if name.endswith("attn2.processor")}
        unet.set_attn_processor(self.own | self.places)
        keep = lambda _, inputs: setattr(self, "deep", inputs[0][:, : inputs[0].shape[1] - unet.config.block_out_channels[0]])
        self.handle = unet.up_blocks[-1].resnets[-1].register_forward_pre_hook(keep)

    def close(self) -> None:
        self.handle.remove()
        self.unet.set_attn_processor(self.own)

    def __call__(self, index: int, x: torch.Tensor, t: int, context: torch.Tensor) -> torch.Tensor:
        if self.gate is not None:
            mode = "fresh" if index < self.gate else "kept" if index == self.gate else "reused"
            for place in self.places.values():
                place.mode = mode
        is_whole = self.cache == "tgate" or index == 0 or index == self.gate or index == self.last_whole + INTERVAL
        if is_whole:
            self.last_whole = index
            return self.unet(x, t, context).sample
        unet, up = self.unet, self.unet.up_blocks[-1]
        time = unet.time_embedding(unet.time_proj(torch.tensor([t])).to(x.dtype)).expand(len(x), -1)
        # Rows are the empty prompt's and the prompt's; after guidance ends, the prompt's alone.
        h = up.resnets[-1](torch.cat([self.deep[-len(x) :], unet.conv_in(x)], 1), time)
        h = up.attentions[-1](h, encoder_hidden_states=context).sample
        return unet.conv_out(unet.conv_act(unet.conv_norm_out(h)))


def guided_steps(cache: str, steps: int) -> int:
    return math.ceil(steps * (GUIDED_PART if cache == "deepcache" else min(GUIDED_PART, GATED_PART)))


def predict(unet: CachedUNet, index: int, x: torch.Tensor, t: int, c: torch.Tensor, uc: torch.Tensor | None) -> torch.Tensor:
    if uc is None:
        return unet(index, x, t, c)
    empty, prompt = unet(index, torch.cat([x, x]), t, torch.cat([uc, c])).chunk(2)
    return empty + GUIDANCE * (prompt - empty)


def whole_run(pipeline: Pipeline, variant: str, cache: str, given: dict) -> torch.Tensor:
    z = adain(pipeline.latents(given["content"], None), pipeline.latents(given["style"], None))
    c, uc = pipeline.contexts("" if variant == "inst" else DESCRIPTION, rows=4)
    scheduler = DPMSolverMultistepScheduler.from_pretrained(pipeline.scheduler_folder, timestep_spacing="linspace")
    scheduler.set_timesteps(20)
    begin = 20 - int(20 * STRENGTH)
    timesteps = scheduler.timesteps[begin:]
    scheduler.set_begin_index(begin)
    t = int(timesteps[0])
    eps = pipeline.unet(noised(scheduler.alphas_cumprod, t, z, given["noise"]), t, c).sample
    x = noised(scheduler.alphas_cumprod, t, z, eps)
    guided = guided_steps(cache, len(timesteps)) if variant != "inst" else 0
    unet = CachedUNet(pipeline.unet, cache, len(timesteps))
    for i, t in enumerate(timesteps):
        x = scheduler.step(predict(unet, i, x, int(t), c, uc if i < guided else None), t, x).prev_sample
    unet.close()
    return x


def steps(pipeline: Pipeline, cache: str, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Guided predictions of samples on a quarter circle from a to b, one for each step."""
    c, uc = pipeline.contexts(DESCRIPTION, rows=1)
    unet, result = CachedUNet(pipeline.unet, cache, STEPS), []
    for i in range(STEPS):
        angle = math.pi / 2 * i / (STEPS - 1)
        x = math.cos(angle) * a + math.sin(angle) * b
        result.append(predict(unet, i, x, 801 - 100 * i, c, uc if i < guided_steps(cache, STEPS) else None))
    unet.close()
    return torch.cat(result)


@torch.no_grad()
def make(folder: Path) -> None:
    pipeline = Pipeline(folder)
    runs = load_file(folder / "runs.safetensors")
    given = {name: runs[f"default.{name}"] for name in ("content", "style", "noise")}
    result = {}
    for cache in CACHES:
        result[f"steps.{cache}"] = steps(pipeline, cache, given["noise"], runs["default.inst"])
        for variant in VARIANTS:
            result[f"{variant}.{cache}"] = x = whole_run(pipeline, variant, cache, given)
            plain = runs[f"default.{variant}"]
            print(folder.name, cache, variant, f"off the plain form by {((x - plain).norm() / plain.norm()):.3f}")
    save_file({name: tensor.contiguous() for name, tensor in result.items()}, folder / "caching.safetensors")


if __name__ == "__main__":
    for name in ("tiny-v1", "tiny-v2"):
        make(Path(sys.argv[1]) / name)

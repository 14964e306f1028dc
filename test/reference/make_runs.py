"""Runs InST over the tiny pipelines with PyTorch and diffusers, from pixels to latents: the reference of whole runs.

The faithful form is `InST.ipynb` of zyxElsa/InST at 71a8f01, the default form is described in src/stylize/inst-form.ts.
"""

import math
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, DPMSolverMultistepScheduler, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextModel, CLIPTokenizer

STRENGTH = 0.7
DESCRIPTION = (
    "swirling lines and expressive marks give the scene energy; a warm palette of orange, red and gold. "
    "the artist uses high contrast lighting, dramatic shadows and rich textures"
)
VARIANTS = ("inst", "image-prompt", "prompt")


class Pipeline:
    def __init__(self, folder: Path):
        self.tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
        self.text = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32).eval()
        self.unet = UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=torch.float32).eval()
        self.vae = AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=torch.float32).eval()
        self.scheduler_folder = folder / "scheduler"
        self.scale = 0.18215

    def encode(self, ids: list[int]) -> torch.Tensor:
        row = [self.tokenizer.bos_token_id, *ids, self.tokenizer.eos_token_id]
        row += [self.tokenizer.eos_token_id] * (77 - len(row))
        return self.text(torch.tensor([row])).last_hidden_state

    def contexts(self, prompt: str, rows: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Of the prompt in up to `rows` rows of 75 tokens, and of the empty prompt as often."""
        ids = self.tokenizer(prompt, add_special_tokens=False).input_ids
        parts = [ids[i : i + 75] for i in range(0, len(ids), 75)][:rows] or [[]]
        return torch.cat([self.encode(part) for part in parts], 1), torch.cat([self.encode([])] * len(parts), 1)

    def latents(self, picture: torch.Tensor, noise: torch.Tensor | None) -> torch.Tensor:
        x = picture.permute(2, 0, 1)[None].float() / 255 * 2 - 1
        mean, log_variance = self.vae.encode(x).latent_dist.parameters.chunk(2, 1)
        return self.scale * (mean if noise is None else mean + (0.5 * log_variance.clamp(-30, 20)).exp() * noise)


def adain(content: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
    statistics = lambda z: (z.mean((2, 3), keepdim=True), (z.var((2, 3), keepdim=True) + 1e-5).sqrt())
    (content_mean, content_std), (style_mean, style_std) = statistics(content), statistics(style)
    return (content - content_mean) / content_std * style_std + style_mean


def noised(alphas: torch.Tensor, t: int, z: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    return alphas[t].sqrt() * z + (1 - alphas[t]).sqrt() * noise


def default(pipeline: Pipeline, variant: str, given: dict) -> torch.Tensor:
    z = pipeline.latents(given["content"], None)
    if variant != "prompt":
        z = adain(z, pipeline.latents(given["style"], None))
    c, uc = pipeline.contexts("" if variant == "inst" else DESCRIPTION, rows=4)
    return sampled(pipeline, z, c, None if variant == "inst" else uc, given["noise"])


def sampled(pipeline: Pipeline, z: torch.Tensor, c: torch.Tensor, uc: torch.Tensor | None, start: torch.Tensor) -> torch.Tensor:
    """The default form from latents with the style in them; without `uc` unguided."""
    scheduler = DPMSolverMultistepScheduler.from_pretrained(pipeline.scheduler_folder, timestep_spacing="linspace")
    scheduler.set_timesteps(20)
    begin = 20 - int(20 * STRENGTH)
    timesteps = scheduler.timesteps[begin:]
    scheduler.set_begin_index(begin)
    t = int(timesteps[0])
    eps = pipeline.unet(noised(scheduler.alphas_cumprod, t, z, start), t, c).sample
    x = noised(scheduler.alphas_cumprod, t, z, eps)
    guided = math.ceil(0.7 * len(timesteps))
    for i, t in enumerate(timesteps):
        eps = pipeline.unet(x, t, c).sample
        if uc is not None and i < guided:
            empty = pipeline.unet(x, t, uc).sample
            eps = empty + 7 * (eps - empty)
        x = scheduler.step(eps, t, x).prev_sample
    return x


def faithful(pipeline: Pipeline, variant: str, given: dict) -> torch.Tensor:
    """As the notebook has it: noise level 700, grid from 681, guidance 10 over 35 steps of DDIM."""
    z = pipeline.latents(given["content"], given["content_noise"])
    if variant != "prompt":
        z = adain(z, pipeline.latents(given["style"], given["style_noise"]))
    c, uc = pipeline.contexts("" if variant == "inst" else DESCRIPTION, rows=1)
    alphas = DDIMScheduler.from_pretrained(pipeline.scheduler_folder).alphas_cumprod
    t = int(1000 * STRENGTH)
    eps = pipeline.unet(noised(alphas, t, z, given["noise"]), t, c).sample
    x = noised(alphas, t, z, eps)
    grid = [20 * i + 1 for i in range(50)][: int(50 * STRENGTH)]
    for i in reversed(range(len(grid))):
        t = grid[i]
        e_uc, e_c = pipeline.unet(torch.cat([x, x]), t, torch.cat([uc, c])).sample.chunk(2)
        e = e_uc + 10 * (e_c - e_uc)
        previous = alphas[grid[i - 1]] if i > 0 else alphas[0]
        x0 = (x - (1 - alphas[t]).sqrt() * e) / alphas[t].sqrt()
        x = previous.sqrt() * x0 + (1 - previous).sqrt() * e
    return x


def picture(height: int, width: int, generator: torch.Generator) -> torch.Tensor:
    coarse = torch.rand((1, 3, 5, 7), generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic", align_corners=False)
    grain = 0.05 * torch.randn((1, 3, height, width), generator=generator)
    return ((smooth + grain).clamp(0, 1) * 255).round().to(torch.uint8)[0].permute(1, 2, 0).contiguous()


FORMS = {
    "default": (default, (64, 128), (128, 64)),
    "faithful": (faithful, (64, 64), (64, 64)),
}


@torch.no_grad()
def make(folder: Path, seed: int) -> None:
    pipeline = Pipeline(folder)
    generator = torch.Generator().manual_seed(seed)
    downscale = 2 ** (len(pipeline.vae.config.block_out_channels) - 1)
    result = {}
    for form, (run, content_size, style_size) in FORMS.items():
        given = {"content": picture(*content_size, generator), "style": picture(*style_size, generator)}
        for name, (height, width) in {"noise": content_size, "content_noise": content_size, "style_noise": style_size}.items():
            given[name] = torch.randn((1, 4, height // downscale, width // downscale), generator=generator)
        result |= {f"{form}.{name}": tensor for name, tensor in given.items()}
        for variant in VARIANTS:
            result[f"{form}.{variant}"] = run(pipeline, variant, given)
            print(folder.name, form, variant, f"deviation {result[f'{form}.{variant}'].std():.3f}")
    save_file({name: tensor.contiguous() for name, tensor in result.items()}, folder / "runs.safetensors", metadata={"description": DESCRIPTION})


if __name__ == "__main__":
    for seed, name in enumerate(("tiny-v1", "tiny-v2")):
        make(Path(sys.argv[1]) / name, seed)

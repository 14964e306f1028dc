"""Image adapters (IP-Adapter; Ye et al. 2023) over the tiny pipelines with diffusers: a small CLIP vision tower, both kinds of
adapter in the naming of their publisher's files, and what tower, projection and UNet make of a picture."""

import shutil
import sys
from pathlib import Path

import torch
from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline
from safetensors.torch import load_file, save_file
from transformers import CLIPImageProcessorPil, CLIPVisionConfig, CLIPVisionModelWithProjection

from make_pipelines import randomise
from make_runs import DESCRIPTION, STRENGTH, Pipeline, adain, noised

TOWER = dict(hidden_size=16, intermediate_size=40, num_hidden_layers=3, num_attention_heads=2, image_size=28, patch_size=14, projection_dim=12, hidden_act="gelu")
HIDDEN, HEADS, QUERIES = 20, 2, 3
STYLE_BLOCKS = {"up": {"block_1": 1.0}}
GUIDANCE, GUIDED_STEPS = 7, 10

torch.set_num_threads(1)


def attention_places(unet) -> list[tuple[int, int]]:
    """Width of each cross-attention in the order in which files count them: down, up, middle."""
    widths = unet.config.block_out_channels
    found = []
    for i, name in enumerate(unet.attn_processors):
        if "attn2" not in name:
            continue
        part, _, rest = name.partition(".")
        level = -1 if part == "mid_block" else int(rest.split(".")[0])
        found.append((i, widths[level] if part != "up_blocks" else widths[-1 - level]))
    return found


def projections(generator, unet) -> dict:
    randn = lambda *shape: torch.randn(shape, generator=generator) * (shape[-1] ** -0.5 if len(shape) > 1 else 0.2)
    norm = lambda name, width: {f"{name}.weight": 1 + randn(width), f"{name}.bias": randn(width)}
    context = unet.config.cross_attention_dim
    plain = {"proj.weight": randn(4 * context, TOWER["projection_dim"]), "proj.bias": randn(4 * context)} | norm("norm", context)
    inner, width = 64 * HEADS, TOWER["hidden_size"]
    plus = {"latents": randn(1, QUERIES, HIDDEN) * 4, "proj_in.weight": randn(HIDDEN, width), "proj_in.bias": randn(HIDDEN)}
    plus |= {"proj_out.weight": randn(context, HIDDEN), "proj_out.bias": randn(context)} | norm("norm_out", context)
    for i in range(4):
        layer = f"layers.{i}"
        plus |= norm(f"{layer}.0.norm1", HIDDEN) | norm(f"{layer}.0.norm2", HIDDEN) | norm(f"{layer}.1.0", HIDDEN)
        plus |= {f"{layer}.0.to_q.weight": randn(inner, HIDDEN), f"{layer}.0.to_kv.weight": randn(2 * inner, HIDDEN)}
        plus |= {f"{layer}.0.to_out.weight": randn(HIDDEN, inner)}
        plus |= {f"{layer}.1.1.weight": randn(4 * HIDDEN, HIDDEN), f"{layer}.1.3.weight": randn(HIDDEN, 4 * HIDDEN)}
    keys = {}
    for i, channels in attention_places(unet):
        keys |= {f"{i}.to_k_ip.weight": 2 * randn(channels, context), f"{i}.to_v_ip.weight": 2 * randn(channels, context)}
    return {name: {"image_proj": image_proj, "ip_adapter": keys} for name, image_proj in {"plain": plain, "plus": plus}.items()}


def embeddings(tower, kind: str, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Of a picture and of none: zeros in place of the vector, the states of a picture of zeros."""
    if kind == "plain":
        vector = tower(pixels).image_embeds
        return vector, torch.zeros_like(vector)
    states = lambda x: tower(x, output_hidden_states=True).hidden_states[-2]
    return states(pixels), states(torch.zeros_like(pixels))


def whole_run(pipeline: Pipeline, variant: str, given: dict, images: tuple[torch.Tensor, torch.Tensor], predict=None) -> torch.Tensor:
    """The default form with the adapter: always guided, as there is always something that guides. `predict` is that of an
    adapter which diffusers does not know: of latents, time, text and the image's tokens."""
    z = adain(pipeline.latents(given["content"], None), pipeline.latents(given["style"], None))
    c, uc = pipeline.contexts("" if variant == "inst" else DESCRIPTION, rows=4)
    scheduler = DPMSolverMultistepScheduler.from_pretrained(pipeline.scheduler_folder, timestep_spacing="linspace")
    scheduler.set_timesteps(20)
    begin = 20 - int(20 * STRENGTH)
    timesteps = scheduler.timesteps[begin:]
    scheduler.set_begin_index(begin)
    predict = predict or (lambda x, t, context, image: pipeline.unet(x, t, context, added_cond_kwargs={"image_embeds": [image[:, None]]}).sample)
    t = int(timesteps[0])
    x = noised(scheduler.alphas_cumprod, t, z, predict(noised(scheduler.alphas_cumprod, t, z, given["noise"]), t, c, images[0]))
    for i, t in enumerate(timesteps):
        eps = predict(x, t, c, images[0])
        if i < GUIDED_STEPS:
            empty = predict(x, t, uc, images[1])
            eps = empty + GUIDANCE * (eps - empty)
        x = scheduler.step(eps, t, x).prev_sample
    return x


@torch.no_grad()
def make(folder: Path, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    target = folder / "image-adapter"
    shutil.rmtree(target, ignore_errors=True)
    tower = randomise(CLIPVisionModelWithProjection(CLIPVisionConfig(**TOWER)), generator, torch.float32)
    tower.save_pretrained(target / "image_encoder")
    runs, networks = load_file(folder / "runs.safetensors"), load_file(folder / "networks.safetensors")
    given = {name: runs[f"default.{name}"] for name in ("content", "style", "noise")}
    processor = CLIPImageProcessorPil(size=TOWER["image_size"], crop_size=TOWER["image_size"])
    pixels = processor(given["style"].numpy(), return_tensors="pt").pixel_values
    result = {"pixels": pixels}
    result["states"], result["vector"] = tower(pixels, output_hidden_states=True).hidden_states[-2], tower(pixels).image_embeds
    (sample_name, *_) = [name for name in networks if name.endswith(".sample")]
    sample, context = networks[sample_name], networks["unet.context"]
    for kind, files in projections(generator, Pipeline(folder).unet).items():
        flat = {f"{part}.{name}": tensor.contiguous() for part, tensors in files.items() for name, tensor in tensors.items()}
        save_file(flat, target / f"{kind}.safetensors")
        pipeline = Pipeline(folder)
        host = StableDiffusionPipeline(pipeline.vae, pipeline.text, pipeline.tokenizer, pipeline.unet, DPMSolverMultistepScheduler(), None, None, image_encoder=tower, requires_safety_checker=False)
        host.load_ip_adapter(str(target), subfolder="", weight_name=f"{kind}.safetensors", image_encoder_folder=None)
        images = embeddings(tower, kind, pixels)
        for name, image in zip(("tokens", "negative"), images):
            result[f"{kind}.{name}"] = pipeline.unet.encoder_hid_proj([image[:, None]])[0]
        both = torch.cat([images[1], images[0]])
        for scales, value in {"all": 1.0, "style": STYLE_BLOCKS}.items():
            host.set_ip_adapter_scale(value)
            result[f"{kind}.{scales}"] = pipeline.unet(sample, 481, context, added_cond_kwargs={"image_embeds": [both[:, None]]}).sample
        for variant in ("inst", "image-prompt"):
            result[f"{kind}.run.{variant}"] = x = whole_run(pipeline, variant, given, images)
            plain = runs[f"default.{variant}"]
            print(folder.name, kind, variant, f"off the form without by {((x - plain).norm() / plain.norm()):.3f}")
    result["sample"] = sample
    save_file({name: tensor.contiguous() for name, tensor in result.items()}, target / "expected.safetensors")


if __name__ == "__main__":
    for seed, name in enumerate(("tiny-v1", "tiny-v2")):
        make(Path(sys.argv[1]) / name, 90 + seed)

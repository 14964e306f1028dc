"""Blends over the tiny pipelines with PyTorch: texts, latent statistics and attention of three styles mixed by weight."""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from make_gradients import blended
from make_runs import DESCRIPTION, Pipeline, adain, picture, sampled

WEIGHTS = (0.5, 0.3, 0.2)
DESCRIPTIONS = (f"{DESCRIPTION}. {DESCRIPTION}", "pale washes on rough paper", "flat areas of colour with hard edges")
SIDE = 64


def contexts(pipeline: Pipeline) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of the texts by weight; shorter ones come round again until they are as long as the longest."""
    texts = [pipeline.contexts(text, rows=4)[0] for text in DESCRIPTIONS]
    length = max(text.shape[1] for text in texts)
    repeated = [text.repeat(1, -(-length // text.shape[1]), 1)[:, :length] for text in texts]
    empty = pipeline.encode([]).repeat(1, length // 77, 1)
    return sum(w * text for w, text in zip(WEIGHTS, repeated)), empty


@torch.no_grad()
def make(folder: Path, seed: int) -> None:
    pipeline = Pipeline(folder)
    generator = torch.Generator().manual_seed(seed)
    content, *styles = (picture(SIDE, SIDE, generator) for _ in range(1 + len(WEIGHTS)))
    downscale = 2 ** (len(pipeline.vae.config.block_out_channels) - 1)
    noise = torch.randn((1, 4, SIDE // downscale, SIDE // downscale), generator=generator)
    c, uc = contexts(pipeline)
    z = pipeline.latents(content, None)
    moved = sum(w * adain(z, pipeline.latents(style, None)) for w, style in zip(WEIGHTS, styles))
    result = {
        "content": content,
        **{f"style.{i}": style for i, style in enumerate(styles)},
        "noise": noise,
        "adain": sampled(pipeline, moved, c, uc, noise),
        "attention": blended(pipeline, content, list(zip(styles, WEIGHTS)), (c, uc), True, steps=20, strength=0.7),
    }
    print(folder.name, c.shape[1] // 77, "rows of text;", *(f"{name} {result[name].std():.3f}" for name in ("adain", "attention")))
    save_file({name: tensor.contiguous() for name, tensor in result.items()}, folder / "blends.safetensors")


if __name__ == "__main__":
    for seed, name in enumerate(("tiny-v1", "tiny-v2")):
        make(Path(sys.argv[1]) / name, seed + 40)

"""Gradients, textual inversion and style attention over the tiny pipelines with PyTorch: what src/stylize is held to.

Textual inversion is the objective of Gal et al. 2022 with the draws of src/stylize/inversion-draws.ts; style attention
the equations of StyleID (Chung et al. 2024, section 4) on the grid that src/stylize/style-attention.ts describes.
"""

import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from make_runs import DESCRIPTION, Pipeline, adain, noised, picture
from philox import gaussian, uniform

STEPS = 50
SEED = 7
INNER = 512
DROPOUT = 0.05


def scaled_linear() -> torch.Tensor:
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    return (1 - betas).cumprod(0)


torch.set_num_threads(1)
ALPHAS = scaled_linear()


def text_states(pipeline: Pipeline, ids: list[int], vectors: dict[int, torch.Tensor]) -> torch.Tensor:
    """The encoder's states, with a vector in place of the embedding at some positions."""
    model = getattr(pipeline.text, "text_model", pipeline.text)
    rows = model.embeddings.token_embedding.weight[torch.tensor(ids)].detach()
    rows = torch.stack([vectors.get(i, row) for i, row in enumerate(rows)])
    handle = model.embeddings.token_embedding.register_forward_hook(lambda *_: rows[None])
    try:
        return pipeline.text(torch.tensor([ids])).last_hidden_state
    finally:
        handle.remove()


def prompt_ids(pipeline: Pipeline, text: str) -> list[int]:
    ids = pipeline.tokenizer(text, add_special_tokens=False).input_ids
    row = [pipeline.tokenizer.bos_token_id, *ids, pipeline.tokenizer.eos_token_id]
    return row + [pipeline.tokenizer.eos_token_id] * (77 - len(row))


def gradients(pipeline: Pipeline, size: tuple[int, int], generator: torch.Generator) -> dict:
    x = torch.randn((1, 4, *size), generator=generator)
    target = torch.randn((1, 4, *size), generator=generator)
    context = torch.randn((1, 77, pipeline.unet.config.cross_attention_dim), generator=generator).requires_grad_()
    loss = F.mse_loss(pipeline.unet(x, 321, context).sample, target)
    (by_context,) = torch.autograd.grad(loss, context)
    ids = prompt_ids(pipeline, "*")
    vector = (0.3 * torch.randn((context.shape[2],), generator=generator)).requires_grad_()
    through = F.mse_loss(pipeline.unet(x, 321, text_states(pipeline, ids, {1: vector})).sample, target)
    (by_vector,) = torch.autograd.grad(through, vector)
    return dict(sample=x, target=target, context=context, loss=loss[None], by_context=by_context, vector=vector, through=through[None], by_vector=by_vector)


class Affine(torch.nn.Module):
    """What acts of InST's embedding manager, with the start of src/stylize/affine-style-module.ts."""

    def __init__(self, width: int):
        super().__init__()
        direction = torch.from_numpy(gaussian(0, width, 0x4000_0000))
        self.e = direction / direction.norm()
        shapes = [(INNER, width), (width, INNER), (width,), (width, width), (width,)]
        inputs = [width, INNER, INNER, width, width]
        self.list = torch.nn.ParameterList(
            torch.from_numpy((2 * uniform(SEED, math.prod(shape), 0x4000_0001 + i) - 1) / inputs[i] ** 0.5).float().reshape(shape)
            for i, shape in enumerate(shapes)
        )

    def forward(self, drops) -> torch.Tensor:
        to_v, to_out, to_out_bias, net, net_bias = self.list
        hidden = to_out @ (to_v @ self.e) + to_out_bias
        if drops is not None:
            for part in torch.from_numpy(drops).chunk(2):
                hidden = hidden * (part >= DROPOUT) / (1 - DROPOUT)
        return net @ hidden.float() + net_bias


def inversion(pipeline: Pipeline, given: torch.Tensor, form: str, start: torch.Tensor) -> tuple[torch.Tensor, list[float]]:
    x = given.permute(2, 0, 1)[None].float() / 255 * 2 - 1
    with torch.no_grad():
        moments = [pipeline.vae.encode(image).latent_dist.parameters.chunk(2, 1) for image in (x, x.flip(3))]
    ids = prompt_ids(pipeline, "*")
    module = Affine(start.shape[0]) if form == "affine" else torch.nn.Parameter(start.clone())
    parameters = list(module.parameters()) if form == "affine" else [module]
    optimiser = torch.optim.AdamW(parameters, lr=1e-4 if form == "affine" else 5e-3)
    losses = []
    for step in range(STEPS):
        stream = 0x1000_0000 + 8 * step
        when, mirror = uniform(SEED, 2, stream + 2)
        mean, log_variance = moments[1 if mirror < 0.5 else 0]
        draw = lambda n: torch.from_numpy(gaussian(SEED, mean.numel(), stream + n)).reshape(mean.shape)
        z = pipeline.scale * (mean + (0.5 * log_variance.clamp(-30, 20)).exp() * draw(0))
        t, noise = int(when * 1000), draw(1)
        v = module(uniform(SEED, 2 * start.shape[0], stream + 3)) if form == "affine" else module
        eps = pipeline.unet(noised(ALPHAS, t, z, noise).float(), t, text_states(pipeline, ids, {1: v})).sample
        loss = F.mse_loss(eps, noise)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    with torch.no_grad():
        return (module(None) if form == "affine" else module.detach()), losses


class StyleInjection:
    """
    Self-attention of a batch [styles…, content, outputs…]: outputs look at each style's keys and values (StyleID), and what
    comes of that is mixed by weight (the outer interpolation of AID, He et al. 2024).
    """

    def __init__(self, weights=(1.0,)):
        self.gamma, self.temperature, self.weights = 0.0, 1.0, weights

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, **_):
        q, k, v = attn.to_q(hidden_states), attn.to_k(hidden_states), attn.to_v(hidden_states)
        heads = lambda x: x.unflatten(2, (attn.heads, -1)).transpose(1, 2)
        attend = lambda q, k, v: F.scaled_dot_product_attention(heads(q), heads(k), heads(v)).transpose(1, 2).flatten(2)
        styles = len(self.weights)
        own = styles + 1
        mixed = self.temperature * (self.gamma * q[styles:own] + (1 - self.gamma) * q[own:])
        of = lambda x, style: x[style : style + 1].expand(len(mixed), -1, -1)
        outputs = sum(w * attend(mixed, of(k, style), of(v, style)) for style, w in enumerate(self.weights))
        return attn.to_out[0](torch.cat([attend(q[:own], k[:own], v[:own]), outputs]))


def inject(unet, processor) -> None:
    levels = len(unet.config.block_out_channels)
    chosen = tuple(f"up_blocks.{level}." for level in (levels - 2, levels - 1))
    processors = {
        name: processor if name.startswith(chosen) and name.endswith("attn1.processor") else own
        for name, own in unet.attn_processors.items()
    }
    unet.set_attn_processor(processors)


def ddim(z: torch.Tensor, eps: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (b.sqrt() * (z - (1 - a).sqrt() * eps) / a.sqrt() + (1 - b).sqrt() * eps).float()


@torch.no_grad()
def styled(pipeline: Pipeline, variant: str, content: torch.Tensor, style: torch.Tensor, steps: int, strength: float) -> torch.Tensor:
    contexts = pipeline.contexts(DESCRIPTION if variant == "image-prompt" else "", rows=4)
    return blended(pipeline, content, [(style, 1.0)], contexts, variant == "image-prompt", steps, strength)


def blended(pipeline: Pipeline, content: torch.Tensor, weighed: list, contexts: tuple, is_guided: bool, steps: int, strength: float) -> torch.Tensor:
    """Up the grid with content and styles (each with its weight), down again with what comes of them."""
    grid = [1000 // steps * i + 1 for i in range(steps)][: int(steps * strength)]
    c, uc = contexts
    empty = uc[:, :77]

    def upwards(z: torch.Tensor) -> list[torch.Tensor]:
        track, at = [], 0
        for t in grid:
            z = ddim(z, pipeline.unet(z, at, empty).sample, ALPHAS[at], ALPHAS[t])
            track.append(z)
            at = t
        return track

    contents = upwards(pipeline.latents(content, None))
    styles, weights = [upwards(pipeline.latents(style, None)) for style, _ in weighed], [w for _, w in weighed]
    x = sum(w * adain(contents[-1], track[-1]) for track, w in zip(styles, weights))
    processor, own = StyleInjection(weights), dict(pipeline.unet.attn_processors)
    inject(pipeline.unet, processor)
    guided = math.ceil(0.7 * len(grid)) if is_guided else 0
    for index, i in enumerate(reversed(range(len(grid)))):
        progress = index / max(1, len(grid) - 1)
        processor.gamma = 0.375 + (0.75 - 0.375) * (1 + math.cos(math.pi * progress)) / 2
        processor.temperature = 1.5
        rows = [uc, c] if index < guided else [c]
        batch = torch.cat([*(track[i] for track in styles), contents[i], *[x] * len(rows)])
        eps = pipeline.unet(batch, grid[i], torch.cat([*[uc] * (len(styles) + 1), *rows])).sample[len(styles) + 1 :]
        eps = eps[:1] + 7 * (eps[1:] - eps[:1]) if len(rows) == 2 else eps
        x = ddim(x, eps, ALPHAS[grid[i]], ALPHAS[grid[i - 1] if i > 0 else 0])
    pipeline.unet.set_attn_processor(own)
    return x


def make(folder: Path, seed: int) -> None:
    pipeline = Pipeline(folder)
    for model in (pipeline.text, pipeline.unet, pipeline.vae):
        model.requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    result = {f"gradients.{name}": tensor for name, tensor in gradients(pipeline, (8, 8), generator).items()}
    given = picture(64, 64, generator)
    start = 0.2 * torch.randn((pipeline.text.config.hidden_size,), generator=generator)
    result |= {"inversion.picture": given, "inversion.start": start}
    for form in ("vector", "affine"):
        vector, losses = inversion(pipeline, given, form, start)
        result |= {f"inversion.{form}": vector, f"inversion.{form}.losses": torch.tensor(losses)}
        print(folder.name, form, f"loss {sum(losses[:10]) / 10:.4f} to {sum(losses[-10:]) / 10:.4f}")
    content, style = picture(64, 128, generator), picture(64, 128, generator)
    result |= {"attention.content": content, "attention.style": style}
    for variant in ("inst", "image-prompt"):
        result[f"attention.{variant}"] = styled(pipeline, variant, content, style, steps=20, strength=0.7)
        print(folder.name, variant, f"deviation {result[f'attention.{variant}'].std():.3f}")
    save_file({name: tensor.detach().contiguous() for name, tensor in result.items()}, folder / "learning.safetensors")


if __name__ == "__main__":
    for seed, name in enumerate(("tiny-v1", "tiny-v2")):
        make(Path(sys.argv[1]) / name, seed + 20)

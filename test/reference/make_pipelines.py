"""Writes tiny random Stable Diffusion pipelines in diffusers layout, and reference tensors of each of their networks."""

import json
import shutil
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

import tiny_tokenizer

SCHEDULER = {
    "_class_name": "PNDMScheduler",
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
}

PIPELINES = {
    # Stable Diffusion v1 in miniature: four levels, 1 x 1 convolutions around the transformers, older names.
    "tiny-v1": dict(
        seed=1,
        dtype=torch.float32,
        merges=300,
        text=dict(hidden_size=24, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, hidden_act="quick_gelu"),
        unet=dict(
            block_out_channels=(8, 16, 16, 16),
            down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
            up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
            layers_per_block=2,
            attention_head_dim=4,
            norm_num_groups=4,
            cross_attention_dim=24,
        ),
        vae=dict(block_out_channels=(8, 8, 16, 16), layers_per_block=2, norm_num_groups=4),
        sizes=((8, 8), (7, 11)),
        image=(48, 64),
        older_names=True,
    ),
    # As different as the family allows: three levels, linear projections, heads per level, GELU text, half precision.
    "tiny-v2": dict(
        seed=2,
        dtype=torch.float16,
        merges=120,
        text=dict(hidden_size=16, intermediate_size=40, num_hidden_layers=3, num_attention_heads=2, hidden_act="gelu"),
        unet=dict(
            block_out_channels=(12, 12, 24),
            down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
            layers_per_block=1,
            attention_head_dim=(2, 3, 4),
            norm_num_groups=6,
            cross_attention_dim=16,
            use_linear_projection=True,
        ),
        vae=dict(block_out_channels=(6, 6, 12), layers_per_block=1, norm_num_groups=3),
        sizes=((10, 6), (5, 9)),
        image=(36, 44),
        older_names=False,
    ),
}
TIMESTEPS = (1, 481, 981)
PROMPTS = ("", "a painting in the style of *", "bold black outlines, flat areas of colour; it's a WOODCUT print! " * 4)


def randomise(model: torch.nn.Module, generator: torch.Generator, dtype: torch.dtype) -> torch.nn.Module:
    """Norms away from the identity, so that a scale or bias that is left out shows; values that `dtype` can hold."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.ndim == 1:
                parameter.copy_((1.0 if name.endswith("weight") else 0.0) + 0.2 * noise)
            else:
                parameter.copy_(noise * parameter[0].numel() ** -0.5)
            parameter.copy_(parameter.to(dtype).float())
    return model.eval()


def rename(file: Path, new_name) -> None:
    tensors = {new_name(name): tensor for name, tensor in load_file(file).items()}
    save_file(tensors, file, metadata={"format": "pt"})


def use_older_names(folder: Path) -> None:
    """The names of the files that were published in 2022."""
    attention = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}

    def older_vae(name: str) -> str:
        for new, old in attention.items():
            name = name.replace(f"mid_block.attentions.0.{new}.", f"mid_block.attentions.0.{old}.")
        return name

    rename(folder / "vae" / "diffusion_pytorch_model.safetensors", older_vae)
    rename(folder / "text_encoder" / "model.safetensors", lambda name: f"text_model.{name}")


def tokenize(tokenizer: CLIPTokenizer, prompt: str) -> torch.Tensor:
    return tokenizer(prompt, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids


@torch.no_grad()
def make(folder: Path, spec: dict) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    generator = torch.Generator().manual_seed(spec["seed"])
    randn = lambda *shape: torch.randn(shape, generator=generator)
    tiny_tokenizer.train(folder / "tokenizer", spec["merges"])
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    vocabulary = json.loads((folder / "tokenizer" / "vocab.json").read_text(encoding="utf-8"))

    text_config = CLIPTextConfig(
        vocab_size=len(vocabulary),
        max_position_embeddings=77,
        bos_token_id=vocabulary[tiny_tokenizer.START],
        eos_token_id=vocabulary[tiny_tokenizer.END],
        pad_token_id=1,
        **spec["text"],
    )
    networks = {
        "text_encoder": CLIPTextModel(text_config),
        "unet": UNet2DConditionModel(sample_size=spec["sizes"][0][0], **spec["unet"]),
        "vae": AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * len(spec["vae"]["block_out_channels"]),
            up_block_types=("UpDecoderBlock2D",) * len(spec["vae"]["block_out_channels"]),
            latent_channels=4,
            scaling_factor=0.18215,
            **spec["vae"],
        ),
    }
    for name, network in networks.items():
        randomise(network, generator, spec["dtype"])
        network.to(spec["dtype"]).save_pretrained(folder / name)
        network.float()
    if spec["older_names"]:
        use_older_names(folder)
    (folder / "scheduler").mkdir()
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(SCHEDULER, indent=2))
    index = {"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]}
    index |= {"vae": ["diffusers", "AutoencoderKL"], "text_encoder": ["transformers", "CLIPTextModel"]}
    (folder / "model_index.json").write_text(json.dumps(index, indent=2))

    text, unet, vae = networks["text_encoder"], networks["unet"], networks["vae"]
    reference = {}
    for i, prompt in enumerate(PROMPTS):
        ids = tokenize(tokenizer, prompt)
        reference[f"text.{i}.ids"] = ids.to(torch.int32)
        reference[f"text.{i}.states"] = text(ids).last_hidden_state
    embeddings = text.get_input_embeddings()(tokenize(tokenizer, PROMPTS[1]))
    embeddings[0, 3] = randn(embeddings.shape[-1]) * 0.7
    # The encoder has no entry for embeddings, so the learned vector is put where the table is read.
    handle = text.get_input_embeddings().register_forward_hook(lambda *_: embeddings)
    reference["text.embeddings"] = embeddings.clone()
    reference["text.embeddings.states"] = text(tokenize(tokenizer, PROMPTS[1])).last_hidden_state
    handle.remove()

    context = torch.cat([reference["text.0.states"], reference["text.2.states"]])
    reference["unet.context"] = context
    for height, width in spec["sizes"]:
        sample = randn(2, 4, height, width)
        reference[f"unet.{height}x{width}.sample"] = sample
        for t in TIMESTEPS:
            reference[f"unet.{height}x{width}.{t}"] = unet(sample, t, encoder_hidden_states=context).sample

    picture = torch.rand((1, 3, *spec["image"]), generator=generator) * 2 - 1
    moments = vae.encode(picture).latent_dist.parameters
    reference["vae.picture"], reference["vae.moments"] = picture, moments
    latents = randn(1, 4, *moments.shape[-2:])
    reference["vae.latents"], reference["vae.decoded"] = latents, vae.decode(latents).sample
    save_file({name: tensor.contiguous() for name, tensor in reference.items()}, folder / "networks.safetensors")

    if spec["seed"] == 1:
        texts = tiny_tokenizer.strings(1000, seed=7)
        rows = [[text, tokenizer(text, add_special_tokens=False).input_ids] for text in texts]
        lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
        (folder / "tokenizer" / "expected.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    for name, spec in PIPELINES.items():
        make(target / name, spec)
        size = sum(file.stat().st_size for file in (target / name).rglob("*") if file.is_file())
        print(f"{name}: {size / 1e6:.2f} MB")

"""Writes a tiny random TAESD in diffusers layout, and what its decoder makes of latents."""

import shutil
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderTiny
from safetensors.torch import save_file

CONFIG = dict(
    encoder_block_out_channels=(2,),
    num_encoder_blocks=(1,),
    decoder_block_out_channels=(6, 6, 6, 6),
    num_decoder_blocks=(2, 1, 1, 1),
)


@torch.no_grad()
def make(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    generator = torch.Generator().manual_seed(3)
    network = AutoencoderTiny(**CONFIG).eval()
    for parameter in network.parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        parameter.copy_(0.2 * noise if parameter.ndim == 1 else noise * parameter[0].numel() ** -0.5)
    network.save_pretrained(folder)
    latents = 2 * torch.randn((1, 4, 5, 7), generator=generator)
    reference = {"latents": latents, "decoded": network.decode(latents).sample}
    save_file({name: tensor.contiguous() for name, tensor in reference.items()}, folder / "reference.safetensors")


if __name__ == "__main__":
    make(Path(sys.argv[1]) / "tiny-taesd")

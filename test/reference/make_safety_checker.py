"""A tiny random safety checker of Stable Diffusion, and the scores and verdicts that diffusers' class gives to pictures.

Its thresholds lie among the cosines of the pictures, so that each of them is crossed by some and not by others.
"""

import shutil
import sys
from pathlib import Path

import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker, cosine_distance
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPImageProcessorPil

from make_pipelines import randomise, rename
from make_runs import picture

VISION = dict(hidden_size=16, intermediate_size=40, num_hidden_layers=3, num_attention_heads=2, image_size=28, patch_size=14)
PICTURES = 40

torch.set_num_threads(1)


@torch.no_grad()
def make(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    generator = torch.Generator().manual_seed(77)
    checker = StableDiffusionSafetyChecker(CLIPConfig(vision_config=VISION, text_config={}, projection_dim=12))
    randomise(checker, generator, torch.float32)
    pictures = [picture(24 + i % 5, 20 + i % 7, generator) for i in range(PICTURES)]
    processor = CLIPImageProcessorPil(size=28, crop_size=28)
    pixels = torch.cat([processor(one.numpy(), return_tensors="pt").pixel_values for one in pictures])
    vectors = checker.visual_projection(checker.vision_model(pixels)[1])
    for name, share in {"special_care_embeds": 0.85, "concept_embeds": 0.97}.items():
        embeds = getattr(checker, name)
        # Towards single pictures, as random directions are alike to all.
        embeds.copy_(vectors[torch.randperm(PICTURES, generator=generator)[: len(embeds)]] + 0.3 * torch.randn(embeds.shape, generator=generator))
        cosines = cosine_distance(vectors, embeds)
        getattr(checker, f"{name}_weights").copy_(torch.quantile(cosines, share, dim=0))
    checker.save_pretrained(folder)
    # The names of the file that was published with Stable Diffusion.
    rename(folder / "model.safetensors", lambda name: f"vision_model.{name}" if name.startswith("vision_model.") else name)
    scores = {"special": cosine_distance(vectors, checker.special_care_embeds), "concept": cosine_distance(vectors, checker.concept_embeds)}
    _, flagged = checker(pixels, [one.numpy() for one in pictures])
    expected = {f"picture.{i}": one for i, one in enumerate(pictures)} | scores
    expected |= {"vectors": vectors, "flagged": torch.tensor(flagged, dtype=torch.uint8)}
    save_file({name: tensor.contiguous() for name, tensor in expected.items()}, folder / "expected.safetensors")
    print(sum(flagged), "of", PICTURES, "are flagged;", int((scores["special"] > checker.special_care_embeds_weights).any(1).sum()), "ask for special care")


if __name__ == "__main__":
    make(Path(sys.argv[1]) / "tiny-safety-checker")

"""Tiny random networks that pictures are measured by, and what their reference implementations make of pictures.

LPIPS (the `lpips` package), FID's Inception (`pytorch-fid`) and ArtFID's (torchvision), VGG-19 (torchvision), CLIP
(transformers), CSD's tower (`open_clip`), all with far fewer channels (`metrics/`). Needs `lpips`, `pytorch-fid`, `torchvision`,
`scipy` and `open_clip_torch` too.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import lpips
import numpy as np
import pytorch_fid.inception
import torch
import torchvision
from open_clip.transformer import QuickGELU, VisionTransformer
from safetensors.torch import save_file
from torch.nn.functional import interpolate, kl_div, log_softmax, normalize, softmax
from torchvision.models import inception
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPTokenizer

from make_pipelines import randomise
from make_runs import picture
from tiny_tokenizer import train

torch.set_num_threads(1)
# Channels of Inception are multiples of 16, so that a sixteenth of them makes the same network.
THINNER = 16
VGG = [2, 2, "M", 3, 3, "M", 4, 4, 4, 4, "M", 5, 5, 5, 5, "M", 5, 5, 5, 5, "M"]
TOWER = dict(hidden_size=16, intermediate_size=40, num_hidden_layers=2, num_attention_heads=2, image_size=28, patch_size=14)
TEXT = dict(hidden_size=24, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4)
WORDS = "thick brush strokes and a warm palette of gold"


def spread(model: torch.nn.Module, generator: torch.Generator) -> torch.nn.Module:
    """Random weights; what normalisation has seen is positive, and signals stay of one size."""
    randomise(model, generator, torch.float32)
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.copy_(0.2 * torch.randn(buffer.shape, generator=generator))
        elif name.endswith("running_var"):
            buffer.copy_(0.3 + torch.rand(buffer.shape, generator=generator))
    return model


class Thin(inception.BasicConv2d):
    def __init__(self, inputs: int, outputs: int, **options) -> None:
        super().__init__(inputs if inputs == 3 else inputs // THINNER, outputs // THINNER, **options)


def unit(image: torch.Tensor) -> torch.Tensor:
    return image.permute(2, 0, 1)[None].float() / 255


def cfsd(result: torch.Tensor, content: torch.Tensor) -> torch.Tensor:
    """In double precision, as the reference's single precision has two right digits where pictures are alike."""

    def alike(features: torch.Tensor) -> torch.Tensor:
        rows = features[0].flatten(1).T.double() / features.shape[1]
        return rows @ rows.T

    return kl_div(log_softmax(alike(result), -1), softmax(alike(content), -1), reduction="sum")


@torch.no_grad()
def perceptual(generator, content, result, folder, out) -> None:
    network = lpips.LPIPS(net="alex", pretrained=False, pnet_rand=True, verbose=False)
    channels = [3, 6, 8, 10, 7, 5]
    places = [("slice1", "0"), ("slice2", "3"), ("slice3", "6"), ("slice4", "8"), ("slice5", "10")]
    for i, (part, name) in enumerate(places):
        old = getattr(network.net, part)._modules[name]
        new = torch.nn.Conv2d(channels[i], channels[i + 1], old.kernel_size, old.stride, old.padding)
        getattr(network.net, part)._modules[name] = new
        network.lins[i].model[1] = torch.nn.Conv2d(channels[i + 1], 1, 1, bias=False)
    spread(network, generator)
    for line in network.lins:
        line.model[1].weight.abs_()
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items() if not name.startswith("lins.")}
    (folder / "lpips-alex").mkdir()
    save_file(state, folder / "lpips-alex" / "model.safetensors")
    out["lpips"] = network(2 * unit(result) - 1, 2 * unit(content) - 1).flatten()


@torch.no_grad()
def inceptions(generator, result, folder, out) -> None:
    wide, inception.BasicConv2d = inception.BasicConv2d, Thin
    fid = pytorch_fid.inception
    plain = torchvision.models.inception_v3(weights=None, init_weights=False, aux_logits=False)
    plain.fc = torch.nn.Identity()
    # What `fid_inception_v3` makes of it, but for its download.
    fid._inception_v3 = lambda **_: torchvision.models.inception_v3(weights=None, init_weights=False, aux_logits=False)
    fid.load_state_dict_from_url = lambda *_, **__: None
    torchvision.models.Inception3.load_state_dict, keep = lambda *_: None, torchvision.models.Inception3.load_state_dict
    network = fid.InceptionV3()
    torchvision.models.Inception3.load_state_dict = keep
    inception.BasicConv2d = wide
    for name, one in {"fid-inception": network, "art-inception": plain}.items():
        spread(one, generator).eval()
        (folder / name).mkdir()
        state = {key: tensor.contiguous() for key, tensor in one.state_dict().items() if "num_batches" not in key}
        if name == "fid-inception":
            save_file(state, folder / name / "model.safetensors")
        else:
            torch.save(state, folder / name / "pytorch_model.bin")
    out["fid.features"] = network(unit(result))[0].flatten(1)
    out["art.features"] = plain(unit(result))


@torch.no_grad()
def vgg(generator, content, result, folder, out) -> None:
    features = torchvision.models.vgg.make_layers(VGG)
    spread(features, generator)
    (folder / "vgg19").mkdir()
    save_file({f"features.{name}": tensor.contiguous() for name, tensor in features.state_dict().items()}, folder / "vgg19" / "model.safetensors")
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])

    def seen(image: torch.Tensor) -> dict:
        x = (unit(image) - mean[:, None, None]) / deviation[:, None, None]
        return {i: x for i, layer in enumerate(features) if (x := layer(x)) is not None}

    one, other = seen(result), seen(content)
    gram = lambda x: x[0].flatten(1) @ x[0].flatten(1).T / x[0].numel()
    out["gram"] = sum((gram(one[i]) - gram(other[i])).square().sum() for i in (1, 6, 11, 20, 29)).reshape(1)
    out["cfsd"] = cfsd(one[11], other[11]).float().reshape(1)


@torch.no_grad()
def clip(generator, content, result, folder, out) -> None:
    folder = folder / "clip-vit-large-patch14"
    train(folder, 300)
    ids = json.loads((folder / "vocab.json").read_text())
    text = TEXT | dict(vocab_size=len(ids), bos_token_id=ids["<|startoftext|>"], eos_token_id=ids["<|endoftext|>"])
    model = CLIPModel(CLIPConfig(vision_config=TOWER, text_config=text, projection_dim=12))
    for part in (model.vision_model, model.text_model, model.visual_projection, model.text_projection):
        randomise(part, generator, torch.float32)
    model.eval().save_pretrained(folder)
    pixels = CLIPImageProcessorPil(size=28, crop_size=28)([one.numpy() for one in (result, content)], return_tensors="pt").pixel_values
    tokens = CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)(WORDS, return_tensors="pt")
    vectors = model(pixel_values=pixels, input_ids=tokens.input_ids)
    out["clip.vectors"] = vectors.image_embeds
    out["clip.text"] = (vectors.image_embeds[:1] * vectors.text_embeds).sum(-1)


@torch.no_grad()
def csd(generator, content, result, folder, out) -> None:
    tower = VisionTransformer(28, 14, 64, 2, 1, 2.0, output_dim=12, act_layer=QuickGELU)
    randomise(tower, generator, torch.float32)
    style = torch.randn(64, 12, generator=generator)
    tower.proj = None
    state = {f"module.backbone.{name}": tensor for name, tensor in tower.state_dict().items()}
    state |= {"module.last_layer_style": style, "module.last_layer_content": torch.zeros(64, 12)}
    (folder / "csd-vit-l").mkdir()
    # As its authors' training saves it.
    kept = {"model_state_dict": state, "opt_bb": {}, "iter": np.float64(3), "args": argparse.Namespace(lr=0.1)}
    torch.save(kept, folder / "csd-vit-l" / "pytorch_model.bin")
    pixels = CLIPImageProcessorPil(size=28, crop_size=28)([one.numpy() for one in (result, content)], return_tensors="pt").pixel_values
    vectors = normalize(tower(pixels) @ style, dim=1)
    out["csd.vectors"] = vectors


def make(folder: Path) -> None:
    for each in folder.iterdir() if folder.exists() else ():
        if each.is_dir():
            shutil.rmtree(each)
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(181)
    content = picture(80, 96, generator)
    result = (0.6 * content.double() + 0.4 * picture(80, 96, generator).double()).round().to(torch.uint8)
    out = {"content": content, "result": result}
    perceptual(generator, content, result, folder, out)
    inceptions(generator, result, folder, out)
    vgg(generator, content, result, folder, out)
    clip(generator, content, result, folder, out)
    csd(generator, content, result, folder, out)
    save_file({name: tensor.contiguous() for name, tensor in out.items()}, folder / "networks.safetensors")
    for name, tensor in out.items():
        if tensor.numel() < 9:
            print(name, tensor.tolist())


if __name__ == "__main__":
    make(Path(sys.argv[1]) / "metrics")

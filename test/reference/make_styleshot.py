"""StyleShot (Gao et al. 2024) over the tiny pipelines: the style-aware encoder and the projections as equations over the
publisher's key names, with small random weights, CLIP's transformer by transformers, UNet and ControlNet by diffusers; what
they make of a picture: patches, vectors, tokens, predictions, whole runs, and edges and contours, by the equations of the
detector (HED) over its key names."""

import shutil
import sys
from pathlib import Path

import torch
from diffusers import ControlNetModel
from PIL import Image
from safetensors.torch import load_file, save_file
from torch.nn import functional as F
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from make_image_adapters import TOWER, attention_places, whole_run
from make_pipelines import randomise
from make_runs import Pipeline

SIDE, FOLD = 512, 8
CHANNELS = (4, 6, 10)
# Output channels of the residual blocks by the size of patches: large ones are halved three times, small ones once.
BODIES = {"high": (0, 1, 1, 1, 2, 2), "middle": (0, 1, 1, 2, 2), "low": (0, 1, 2, 2)}
# Of the samples of patches that are kept: every so many pixels.
SPARSE = {"high": 32, "middle": 16, "low": 8}
# Channels of the detector's blocks, and how many convolutions each has.
DETECTOR = ((4, 2), (6, 2), (6, 3), (8, 3), (8, 3))

torch.set_num_threads(1)


def quarters(image: Image.Image) -> tuple[Image.Image, ...]:
    half = image.size[0] // 2
    return tuple(image.crop((x, y, x + half, y + half)) for x in (0, half) for y in (0, half))


def patches(pixels: torch.Tensor) -> dict[str, torch.Tensor]:
    image = Image.fromarray(pixels.numpy())
    short = min(image.size)
    image = image.resize(tuple(SIDE * length // short for length in image.size), Image.BILINEAR)
    left, top = (round((length - SIDE) / 2) for length in image.size)
    level = quarters(image.crop((left, top, left + SIDE, top + SIDE)))
    found = {}
    for name in BODIES:
        cut = [quarters(place) for place in level]
        kept = [piece for four in cut for piece in (four[0], four[3])]
        level = [piece for four in cut for piece in (four[1], four[2])]
        tensors = [torch.frombuffer(bytearray(piece.tobytes()), dtype=torch.uint8).reshape(*piece.size, 3) for piece in kept]
        found[name] = torch.stack(tensors).permute(0, 3, 1, 2).float() / 127.5 - 1
    return found


def encoder_weights(generator, tower) -> dict[str, torch.Tensor]:
    randn = lambda *shape: torch.randn(shape, generator=generator)
    layer = lambda name, *shape: {f"{name}.weight": randn(*shape) * torch.Size(shape[1:]).numel() ** -0.5, f"{name}.bias": 0.2 * randn(shape[0])}
    width = TOWER["hidden_size"]
    # As published: the tower in halves, what is around it in full.
    weights = {f"image_encoder.{name}": tensor.half() for name, tensor in tower.state_dict().items() if not name.endswith("position_ids")}
    for n, body in enumerate(BODIES.values()):
        weights |= layer(f"cnn.{n}.conv_in", CHANNELS[0], 3 * FOLD**2, 3, 3)
        before = CHANNELS[0]
        for i, level in enumerate(body):
            after = CHANNELS[level]
            if after != before:
                weights |= layer(f"cnn.{n}.body.{i}.in_conv", after, before, 1, 1)
            weights |= layer(f"cnn.{n}.body.{i}.block1", after, after, 3, 3) | layer(f"cnn.{n}.body.{i}.block2", after, after, 1, 1)
            before = after
        weights |= layer(f"cnn.{n}.adapter", width, before)
        weights[f"style_embeddings.{n}"] = randn(width)
    weights["position_embedding.weight"] = randn(59, width)
    return weights


def projection_weights(generator, unet) -> dict[str, torch.Tensor]:
    randn = lambda *shape: torch.randn(shape, generator=generator) * (shape[-1] ** -0.5 if len(shape) > 1 else 0.2)
    context, inputs = unet.config.cross_attention_dim, TOWER["projection_dim"]
    weights = {"unet.conv_in.bias": randn(3)}
    randn(3)
    for n in range(3):
        name = f"style_image_proj_modules.{n}"
        weights |= {f"{name}.proj.weight": randn(2 * context, inputs), f"{name}.proj.bias": randn(2 * context)}
        weights |= {f"{name}.norm.weight": 1 + randn(context), f"{name}.norm.bias": randn(context)}
    for i, channels in attention_places(unet):
        weights |= {f"adapter_modules.{i}.to_k_ip.weight": 2 * randn(channels, context), f"adapter_modules.{i}.to_v_ip.weight": 2 * randn(channels, context)}
    return weights


def patch_vectors(w: dict, n: int, x: torch.Tensor) -> torch.Tensor:
    conv = lambda name, x, padding=0: F.conv2d(x, w[f"{name}.weight"], w[f"{name}.bias"], padding=padding)
    x = conv(f"cnn.{n}.conv_in", F.pixel_unshuffle(x, FOLD), 1)
    blocks = sum(f"cnn.{n}.body.{i}.block1.weight" in w for i in range(9))
    for i in range(blocks):
        name = f"cnn.{n}.body.{i}"
        x = F.avg_pool2d(x, 2) if 2 <= i < blocks - 1 else x
        x = conv(f"{name}.in_conv", x) if f"{name}.in_conv.weight" in w else x
        x = x + conv(f"{name}.block2", F.relu(conv(f"{name}.block1", x, 1)))
    return F.linear(F.avg_pool2d(x, 2).flatten(1), w[f"cnn.{n}.adapter.weight"], w[f"cnn.{n}.adapter.bias"])


def style_vectors(w: dict, tower, seen: dict[str, torch.Tensor]) -> torch.Tensor:
    parts = [torch.cat([w[f"style_embeddings.{n}"][None], patch_vectors(w, n, x)]) for n, x in enumerate(seen.values())]
    vision = tower.vision_model
    states = vision.encoder(vision.pre_layrnorm((torch.cat(parts) + w["position_embedding.weight"])[None])).last_hidden_state
    return tower.visual_projection(vision.post_layernorm(states[:, [0, 9, 26]]))


def style_tokens(w: dict, vectors: torch.Tensor) -> torch.Tensor:
    tokens = []
    for n in range(3):
        name = f"style_image_proj_modules.{n}"
        width = w[f"{name}.norm.weight"].shape[0]
        x = F.linear(vectors[:, n], w[f"{name}.proj.weight"], w[f"{name}.proj.bias"]).reshape(-1, 2, width)
        tokens.append(F.layer_norm(x, (width,), w[f"{name}.norm.weight"], w[f"{name}.norm.bias"]))
    return torch.cat(tokens, dim=1)


def content_fusion(generator, pipeline: Pipeline) -> ControlNetModel:
    """A ControlNet of the UNet's sizes, as the authors set theirs up; what begins at zero is random too."""
    halvings = len(pipeline.vae.config.block_out_channels) - 1
    network = ControlNetModel.from_unet(pipeline.unet, conditioning_embedding_out_channels=(3, 4, 5, 6)[: halvings + 1], load_weights_from_unet=False)
    return randomise(network, generator, torch.float16)


def detector_weights(generator, picture: torch.Tensor) -> dict[str, torch.Tensor]:
    """In halves, as published; it is sure of a sixth of `picture`, so that there is something to cut."""
    randn = lambda *shape: torch.randn(shape, generator=generator)
    weights = {"norm": 128 + 10 * randn(1, 3, 1, 1)}
    before = 3
    for i, (channels, count) in enumerate(DETECTOR, 1):
        for m in range(count):
            # Pictures come in numbers up to 255.
            scale = (2 / before / 9) ** 0.5 * (1 / 64 if before == 3 else 1)
            weights |= {f"block{i}.convs.{m}.weight": scale * randn(channels, before, 3, 3), f"block{i}.convs.{m}.bias": 0.1 * randn(channels)}
            before = channels
        weights |= {f"block{i}.projection.weight": 3 * randn(1, channels, 1, 1), f"block{i}.projection.bias": randn(1)}
    lacking = 1.3 - edges_of(weights, picture).logit().quantile(5 / 6)
    for i in range(1, len(DETECTOR) + 1):
        weights[f"block{i}.projection.bias"] += lacking
    return {name: tensor.half() for name, tensor in weights.items()}


def edges_of(w: dict, picture: torch.Tensor) -> torch.Tensor:
    """How sure the detector is of an edge, from 0 to 1."""
    conv = lambda name, x, padding=0: F.conv2d(x, w[f"{name}.weight"].float(), w[f"{name}.bias"].float(), padding=padding)
    x = picture.permute(2, 0, 1)[None].float() - w["norm"].float()
    answers = []
    for i, (_, count) in enumerate(DETECTOR, 1):
        x = F.max_pool2d(x, 2) if i > 1 else x
        for m in range(count):
            x = F.relu(conv(f"block{i}.convs.{m}", x, 1))
        answers.append(F.interpolate(conv(f"block{i}.projection", x), picture.shape[:2], mode="bilinear", align_corners=False))
    return torch.cat(answers, 1).mean(1, keepdim=True).sigmoid()


def contour_of(edges: torch.Tensor) -> torch.Tensor:
    """White lines on black, 0 or 1: what is above 200 of 255 in whole numbers, and the pixels around it."""
    return F.max_pool2d(((edges * 255).floor() > 200).float(), 3, stride=1, padding=1)


class Decoupled:
    """Attention over the text and, apart from it, over the six tokens behind it; their sum."""

    def __init__(self, key: torch.Tensor, value: torch.Tensor):
        self.key, self.value = key, value

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, temb=None):
        heads = lambda x: x.unflatten(-1, (attn.heads, -1)).transpose(1, 2)
        query = heads(attn.to_q(hidden_states))
        text, image = encoder_hidden_states[:, :-6], encoder_hidden_states[:, -6:]
        out = F.scaled_dot_product_attention(query, heads(attn.to_k(text)), heads(attn.to_v(text)))
        out = out + F.scaled_dot_product_attention(query, heads(F.linear(image, self.key)), heads(F.linear(image, self.value)))
        return attn.to_out[0](out.transpose(1, 2).flatten(2))


def controlled_by(pipeline: Pipeline, fusion: ControlNetModel, contour: torch.Tensor):
    """Predictions with what the content-fusion encoder adds at scale 1, which sees the style's tokens alone, of both rows."""
    lines = contour.repeat(1, 3, 1, 1)

    def predict(x, t, context, image):
        beside, middle = fusion(x, t, image, lines, return_dict=False)
        both = torch.cat([context, image], dim=1)
        return pipeline.unet(x, t, both, down_block_additional_residuals=beside, mid_block_additional_residual=middle).sample

    return predict


@torch.no_grad()
def make(folder: Path, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    target = folder / "styleshot"
    shutil.rmtree(target, ignore_errors=True)
    (target / "image_encoder").mkdir(parents=True)
    config = CLIPVisionConfig(**TOWER)
    config.save_pretrained(target / "image_encoder")
    tower = randomise(CLIPVisionModelWithProjection(config), generator, torch.float32)
    pipeline = Pipeline(folder)
    tower.half().float()
    encoder, projections = encoder_weights(generator, tower), projection_weights(generator, pipeline.unet)
    torch.save(encoder, target / "image_encoder" / "pytorch_model.bin")
    runs, networks = load_file(folder / "runs.safetensors"), load_file(folder / "networks.safetensors")
    given = {name: runs[f"default.{name}"] for name in ("content", "style", "noise")}
    fusion, detector = content_fusion(generator, pipeline), detector_weights(generator, given["content"])
    controlled = {f"controlnet.{name}": tensor.half() for name, tensor in fusion.state_dict().items()}
    torch.save(projections | controlled, target / "ip.bin")
    torch.save(detector, target / "ControlNetHED.pth")

    seen = patches(given["style"])
    result = {f"patches.{name}": x[..., :: SPARSE[name], :: SPARSE[name]] for name, x in seen.items()}
    result["vectors"] = vectors = style_vectors(encoder, tower, seen)
    images = style_tokens(projections, vectors), style_tokens(projections, torch.zeros_like(vectors))
    result["tokens"], result["negative"] = images

    names = list(pipeline.unet.attn_processors)
    processors = dict(pipeline.unet.attn_processors)
    for i, _ in attention_places(pipeline.unet):
        processors[names[i]] = Decoupled(projections[f"adapter_modules.{i}.to_k_ip.weight"], projections[f"adapter_modules.{i}.to_v_ip.weight"])
    pipeline.unet.set_attn_processor(processors)
    predict = lambda x, t, context, image: pipeline.unet(x, t, torch.cat([context, image], dim=1)).sample
    (sample_name, *_) = [name for name in networks if name.endswith(".sample")]
    result["sample"] = networks[sample_name]
    result["prediction"] = predict(networks[sample_name], 481, networks["unet.context"], torch.cat([images[1], images[0]]))
    result["edges"] = edges = edges_of(detector, given["content"])
    contour = contour_of(edges)
    result["contour"] = contour.to(torch.uint8)
    print(folder.name, f"contours in {contour.mean():.2f} of the picture")
    # A latent for each pixel of the hint: of the sample's size, the contour's corner.
    height, width = (2 ** (len(pipeline.vae.config.block_out_channels) - 1) * n for n in result["sample"].shape[2:])
    small = F.pad(contour, (0, max(0, width - contour.shape[3]), 0, max(0, height - contour.shape[2])))[:, :, :height, :width]
    result["control.picture"] = small = small.repeat(1, 3, 1, 1).contiguous()
    result["control.hint"] = fusion.controlnet_cond_embedding(small)
    tokens = torch.cat([images[1], images[0]])
    result["control.middle"] = fusion(result["sample"], 481, tokens, small, return_dict=False)[1]
    result["control.prediction"] = controlled_by(pipeline, fusion, small[:, :1])(result["sample"], 481, networks["unet.context"], tokens)
    for variant in ("inst", "image-prompt"):
        result[f"run.{variant}"] = x = whole_run(pipeline, variant, given, images, predict)
        plain = runs[f"default.{variant}"]
        print(folder.name, variant, f"off the form without by {((x - plain).norm() / plain.norm()):.3f}")
        result[f"control.run.{variant}"] = y = whole_run(pipeline, variant, given, images, controlled_by(pipeline, fusion, contour))
        print(folder.name, variant, f"with contours off that by {((y - x).norm() / x.norm()):.3f}")
    save_file({name: tensor.contiguous() for name, tensor in result.items()}, target / "expected.safetensors")


if __name__ == "__main__":
    for seed, name in enumerate(("tiny-v1", "tiny-v2")):
        make(Path(sys.argv[1]) / name, 120 + seed)

"""Writes LoRA files in every naming that is found in the wild, over the tiny pipelines, and what the networks make of them.

Expected values are those of diffusers' `load_lora_weights` where it reads a naming, and of weights with the update added
otherwise; where both can be had, they are held against each other here.

Usage: python make_loras.py ../fixtures (after make_pipelines.py; needs torch, diffusers, transformers, peft)
"""

import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextModel, CLIPTokenizer

RESNET = {
    "conv1": "in_layers_2",
    "time_emb_proj": "emb_layers_1",
    "conv2": "out_layers_3",
    "conv_shortcut": "skip_connection",
}
PROMPT = "a painting in the style of *"


def flat(module: str) -> str:
    return module.replace(".", "_")


def ldm(module: str) -> str:
    """The place of a module of Stable Diffusion 1's UNet in CompVis' naming, with underscores."""
    parts = module.split(".")
    top = {"conv_in": "input_blocks_0_0", "conv_out": "out_2"}
    top |= {"time_embedding.linear_1": "time_embed_0", "time_embedding.linear_2": "time_embed_2"}
    if module in top:
        return top[module]
    if parts[0] == "mid_block":
        index = {"resnets.0": 0, "attentions.0": 1, "resnets.1": 2}[".".join(parts[1:3])]
        rest = [RESNET[parts[3]]] if parts[1] == "resnets" else parts[3:]
        return flat(".".join([f"middle_block.{index}", *rest]))
    level, kind, layer = int(parts[1]), parts[2], int(parts[3])
    if parts[0] == "down_blocks":
        if kind == "downsamplers":
            return f"input_blocks_{3 * level + 3}_0_op"
        block = f"input_blocks_{3 * level + layer + 1}"
    else:
        block = f"output_blocks_{3 * level + (2 if kind == 'upsamplers' else layer)}"
        if kind == "upsamplers":
            return f"{block}_{1 if level == 0 else 2}_conv"
    rest = [RESNET[parts[4]]] if kind == "resnets" else parts[4:]
    return flat(".".join([block, "0" if kind == "resnets" else "1", *rest]))


def text_name(module: str) -> str:
    return module if module.startswith("text_model.") else f"text_model.{module}"


LEGACY_TEXT = {"q_proj": "to_q_lora", "k_proj": "to_k_lora", "v_proj": "to_v_lora", "out_proj": "to_out_lora"}


def legacy_text(module: str) -> str:
    head, last = text_name(module).rsplit(".", 1)
    return f"{head}.{LEGACY_TEXT[last]}" if last in LEGACY_TEXT else f"{head}.{last}.lora_linear_layer"


def kohya(place):
    def keys(network, module):
        base = f"lora_unet_{place(module)}" if network == "unet" else f"lora_te_{flat(text_name(module))}"
        return f"{base}.lora_down.weight", f"{base}.lora_up.weight", f"{base}.alpha"

    return keys


def dotted(network, module):
    base = f"unet.{module}" if network == "unet" else f"text_encoder.{text_name(module)}"
    return f"{base}.lora.down.weight", f"{base}.lora.up.weight", None


def legacy(network, module):
    base = f"unet.{module}.lora" if network == "unet" else f"text_encoder.{legacy_text(module)}"
    return f"{base}.down.weight", f"{base}.up.weight", None


def oldest(_, module):
    head, last = module.replace("to_out.0", "to_out").rsplit(".", 1)
    return f"{head}.processor.{last}_lora.down.weight", f"{head}.processor.{last}_lora.up.weight", None


def peft(network, module):
    base = f"unet.{module}" if network == "unet" else f"text_encoder.{text_name(module)}"
    return f"{base}.lora_A.weight", f"{base}.lora_B.weight", None


def peft_raw(_, module):
    base = f"base_model.model.{module}"
    return f"{base}.lora_A.default.weight", f"{base}.lora_B.default.weight", None


def malformed(_, module):
    base = f"lora_unet_unet_{flat(module)}"
    return f"{base}_lora_down.weight", f"{base}_lora_up.weight", None


ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
of_attention = lambda network, module: network == "unet" and module.endswith(ATTENTION)
of_unet = lambda network, module: network == "unet"
of_all = lambda network, module: True

# Naming: how keys are made, which modules may be in it, of the UNet's one in how many, ranks, alphas, and whether diffusers
# 0.42 reads it. It loses alphas that differ from layer to layer in attention (`_get_alpha_name` looks for ".lora."), ranks
# that differ in the oldest naming, and text encoders without `to_out`, so files that it reads have none of these. CompVis'
# places it translates for Stable Diffusion XL only.
SCHEMES = {
    "kohya": (kohya(flat), of_all, 3, (1, 2, 3), (1.5,), True),
    "kohya-ldm": (kohya(ldm), of_all, 3, (1, 2, 3), (0.5,), False),
    "kohya-alphas": (kohya(flat), of_all, 8, (1, 2, 3), (None, 1.0, 0.25, 2.5), False),
    "diffusers-oldest": (oldest, of_attention, 3, (2,), (None,), True),
    "diffusers": (dotted, of_all, 8, (1, 2, 3), (None,), False),
    "diffusers-legacy": (legacy, of_all, 8, (1, 2, 3), (None,), True),
    "peft": (peft, of_all, 8, (1, 2, 3), (None,), True),
    "peft-raw": (peft_raw, of_unet, 8, (1, 2, 3), (None,), False),
    "malformed": (malformed, of_attention, 5, (2,), (None,), False),
}
# Both pipelines have what differs by network; CompVis' naming is only defined for the four levels of the first.
FILES = {"tiny-v1": list(SCHEMES), "tiny-v2": ["kohya", "diffusers-legacy", "peft"]}
PAIR = (("kohya", 0.8), ("peft", -0.5))


def pipeline(folder: Path) -> StableDiffusionPipeline:
    return StableDiffusionPipeline(
        vae=AutoencoderKL.from_pretrained(folder / "vae"),
        text_encoder=CLIPTextModel.from_pretrained(folder / "text_encoder").float(),
        tokenizer=CLIPTokenizer.from_pretrained(folder / "tokenizer"),
        unet=UNet2DConditionModel.from_pretrained(folder / "unet").float(),
        scheduler=DDIMScheduler.from_pretrained(folder / "scheduler"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def networks_of(pipe):
    return {"unet": pipe.unet, "text_encoder": pipe.text_encoder}


def modules_of(pipe):
    for network, model in networks_of(pipe).items():
        for name, module in model.named_modules():
            if isinstance(module, (torch.nn.Linear, torch.nn.Conv2d)):
                yield network, name, module.weight.shape


def make(pipe, scheme: str, generator: torch.Generator):
    """The tensors of a file, and what each module's weight gains."""
    keys, fits, part, ranks, alphas, _ = SCHEMES[scheme]
    tensors, gains = {}, {}
    chosen = [each for each in modules_of(pipe) if fits(*each[:2])]
    # Kinds take their turns through the network, so that a part of the modules holds every kind.
    begin = list(SCHEMES).index(scheme) % part
    for index, (network, module, shape) in enumerate(chosen):
        special = any(word in module for word in ("time_emb", "conv_in", "conv_out", "samplers", "shortcut", "proj_"))
        if network == "unet" and index % part != begin and not (special and index % 3 == begin % 3):
            continue
        rank = ranks[index % len(ranks)]
        fan_in = shape[1:].numel()
        down = torch.randn((rank, *shape[1:]), generator=generator) * fan_in**-0.5
        up = torch.randn((shape[0], rank, *(1 for _ in shape[2:])), generator=generator) * 0.5
        down, up = down.half(), up.half()
        down_key, up_key, alpha_key = keys(network, module)
        tensors[down_key], tensors[up_key] = down, up
        alpha = alphas[index % len(alphas)]
        if alpha is not None:
            tensors[alpha_key] = torch.tensor(alpha, dtype=torch.float16 if index % 2 else torch.float32)
        gain = up.float().flatten(1) @ down.float().flatten(1) * (1.0 if alpha is None else alpha / rank)
        gains[network, module] = gain.reshape(shape)
    return tensors, gains


def added(pipe, gains, weight: float) -> None:
    for (network, module), gain in gains.items():
        networks_of(pipe)[network].get_submodule(module).weight.data += weight * gain


@torch.no_grad()
def seen(pipe, sample, context):
    ids = pipe.tokenizer(PROMPT, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
    states = pipe.text_encoder(ids).last_hidden_state
    return {"states": states, "prediction": pipe.unet(sample, 481, encoder_hidden_states=context).sample}


def relative(actual, expected) -> float:
    return ((actual - expected).norm() / expected.norm()).item()


def write(folder: Path, schemes) -> None:
    out = folder / "loras"
    out.mkdir(exist_ok=True)
    for old in out.glob("*.safetensors"):
        old.unlink()
    generator = torch.Generator().manual_seed(11)
    pipe = pipeline(folder)
    sample = torch.randn((1, 4, 8, 8), generator=generator)
    context = torch.randn((1, 77, pipe.unet.config.cross_attention_dim), generator=generator)
    expected = {"sample": sample, "context": context}
    expected |= {f"none.{key}": value for key, value in seen(pipe, sample, context).items()}
    made = {}
    for scheme in schemes:
        tensors, gains = made[scheme] = make(pipe, scheme, generator)
        save_file(tensors, out / f"{scheme}.safetensors")
        by_hand = pipeline(folder)
        added(by_hand, gains, 1.0)
        values = seen(by_hand, sample, context)
        if SCHEMES[scheme][-1]:
            by_diffusers = pipeline(folder)
            # The oldest naming has no prefix, which today's diffusers wants; it knows the rest.
            prefix = "unet." if scheme == "diffusers-oldest" else ""
            by_diffusers.load_lora_weights({prefix + key: tensor.clone() for key, tensor in tensors.items()})
            read = seen(by_diffusers, sample, context)
            off = {key: relative(read[key], values[key]) for key in values}
            print(folder.name, scheme, len(gains), "modules; diffusers against added weights:", off)
            values = read
        expected |= {f"{scheme}.{key}": value for key, value in values.items()}
    both = pipeline(folder)
    for scheme, _ in PAIR:
        both.load_lora_weights(out / f"{scheme}.safetensors", adapter_name=scheme)
    both.set_adapters([scheme for scheme, _ in PAIR], [weight for _, weight in PAIR])
    by_hand = pipeline(folder)
    for scheme, weight in PAIR:
        added(by_hand, made[scheme][1], weight)
    values = seen(both, sample, context)
    hand = seen(by_hand, sample, context)
    print(folder.name, "pair:", {key: relative(values[key], hand[key]) for key in hand})
    expected |= {f"pair.{key}": value for key, value in values.items()}
    save_file({key: value.contiguous() for key, value in expected.items()}, out / "expected.safetensors")


if __name__ == "__main__":
    for name, schemes in FILES.items():
        write(Path(sys.argv[1]) / name, schemes)

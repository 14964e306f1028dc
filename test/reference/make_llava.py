"""Writes tiny random LLaVA checkpoints in both published layouts, and what transformers makes of them.

tiny-llava           HF-Llava layout: sharded safetensors with an index, tokenizer.json, processor settings
tiny-llava-original  the original release: pickled shards without a vision tower, and the tower beside it
"""

import json
import random
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from PIL import Image
from sentencepiece import sentencepiece_model_pb2
from safetensors.torch import save_file
from transformers import (
    AutoTokenizer,
    CLIPImageProcessor,
    CLIPVisionConfig,
    LlamaConfig,
    LlamaTokenizer,
    LlavaConfig,
    LlavaForConditionalGeneration,
)

import tiny_tokenizer

WORDS, IMAGE, PAD, VOCABULARY = 420, 420, 421, 448
TEMPLATE = (
    "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, "
    "and polite answers to the user's questions. USER: <image>\n{question} ASSISTANT:"
)
QUESTION = (
    "Task: Give high level description English of the style aspects of the image, like color scheme used, style "
    "description of objects, etc."
)
MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
SHAPES = [(60, 40), (33, 71), (56, 56), (90, 30)]


def train_tokenizer(folder: Path) -> None:
    """A LLaMA tokenizer in miniature: BPE with byte fallback, digits apart, a dummy space in front."""
    corpus = folder / "corpus.txt"
    corpus.write_text(tiny_tokenizer.CORPUS + TEMPLATE + "\n" + QUESTION + "\n0123456789 é ü ñ 漢\n", encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus), model_prefix=str(folder / "tokenizer"), vocab_size=WORDS, model_type="bpe",
        byte_fallback=True, split_digits=True, add_dummy_prefix=True, remove_extra_whitespaces=False,
        normalization_rule_name="identity", character_coverage=0.9995, unk_id=0, bos_id=1, eos_id=2, pad_id=-1,
        minloglevel=2,
    )
    corpus.unlink()
    (folder / "tokenizer.vocab").unlink()
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString((folder / "tokenizer.model").read_bytes())
    model.ClearField("trainer_spec")  # where it was trained is nobody's business
    (folder / "tokenizer.model").write_bytes(model.SerializeToString())


def make_model(grouped: bool) -> LlavaForConditionalGeneration:
    torch.manual_seed(7)
    vision = CLIPVisionConfig(
        hidden_size=24, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4, image_size=56, patch_size=14,
        hidden_act="quick_gelu", projection_dim=16,
    )
    text = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=32, intermediate_size=96, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1 if grouped else 2, max_position_embeddings=512, rms_norm_eps=1e-5, bos_token_id=1,
        eos_token_id=2, pad_token_id=PAD, tie_word_embeddings=False,
    )
    config = LlavaConfig(
        vision_config=vision, text_config=text, image_token_index=IMAGE, projector_hidden_act="gelu",
        vision_feature_select_strategy="default", vision_feature_layer=-2, image_seq_length=16,
    )
    config.tie_word_embeddings = False
    model = LlavaForConditionalGeneration(config).float().eval()
    with torch.no_grad():  # the usual initialisation is so small that every logit would be a tie
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(0, 0.35 if parameter.shape[-1] < 64 else 0.2)
            else:
                parameter.add_(torch.randn_like(parameter) * 0.05)
        model.lm_head.weight[WORDS:] = 0  # never the largest logit: a generated <image> would be no text
    return model


def published_names(model: LlavaForConditionalGeneration) -> dict[str, torch.Tensor]:
    """The names that HF-Llava files on the hub carry."""
    renamed = {}
    for key, value in model.state_dict().items():
        for old, new in (
            ("model.language_model.", "language_model.model."),
            ("model.vision_tower.", "vision_tower."),
            ("model.multi_modal_projector.", "multi_modal_projector."),
            ("lm_head.", "language_model.lm_head."),
        ):
            if key.startswith(old):
                key = new + key[len(old):]
                break
        if key.startswith("vision_tower.") and not key.startswith("vision_tower.vision_model."):
            key = "vision_tower.vision_model." + key[len("vision_tower."):]
        renamed[key] = value.clone().contiguous()
    return renamed


def pad_to_square(image: Image.Image) -> Image.Image:
    side = max(image.size)
    square = Image.new("RGB", (side, side), tuple(int(255 * mean) for mean in MEAN))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square


def picture(width: int, height: int, seed: int) -> Image.Image:
    generator = np.random.default_rng(seed)
    coarse = generator.integers(0, 256, (max(2, height // 9), max(2, width // 9), 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.BICUBIC)


def write_hf(folder: Path, model: LlavaForConditionalGeneration) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    train_tokenizer(folder)
    tokenizer = LlamaTokenizer.from_pretrained(folder, add_bos_token=True)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<image>", "<pad>"]})
    tokenizer.pad_token = "<pad>"
    tokenizer.save_pretrained(folder)
    tensors = published_names(model)
    keys = sorted(tensors)
    shards = [keys[: len(keys) // 2], keys[len(keys) // 2:]]
    index = {"metadata": {"total_size": sum(t.numel() * 4 for t in tensors.values())}, "weight_map": {}}
    for i, part in enumerate(shards, 1):
        name = f"model-{i:05}-of-{len(shards):05}.safetensors"
        save_file({key: tensors[key] for key in part}, folder / name, metadata={"format": "pt"})
        index["weight_map"] |= {key: name for key in part}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1))
    config = model.config.to_dict()
    # As the hub's LLaVA-1.5 configs have it: sizes that equal LLaMA's defaults are often left out; ours cannot be.
    (folder / "config.json").write_text(json.dumps(config, indent=1, default=str))
    processor = {
        "image_processor_type": "CLIPImageProcessor", "processor_class": "LlavaProcessor", "do_resize": True,
        "size": {"shortest_edge": 56}, "resample": 3, "do_center_crop": True, "crop_size": {"height": 56, "width": 56},
        "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": MEAN, "image_std": STD,
        "do_convert_rgb": True,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(processor, indent=1))
    generation = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": PAD}
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=1))


def write_original(folder: Path, model: LlavaForConditionalGeneration, tokenizer_from: Path) -> None:
    """Two pickled bf16 shards of language model and projector; the vision tower as a checkpoint of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    tower = folder / "vision_tower"
    tower.mkdir(parents=True)
    tensors = published_names(model)
    llm, vision = {}, {}
    for key, value in tensors.items():
        value = value.to(torch.bfloat16)
        if key.startswith("vision_tower."):
            vision[key.removeprefix("vision_tower.")] = value
        elif key.startswith("multi_modal_projector."):
            layer, kind = key.removeprefix("multi_modal_projector.linear_").split(".")
            llm[f"model.mm_projector.{(int(layer) - 1) * 2}.{kind}"] = value
        else:
            key = key.removeprefix("language_model.")
            if key in ("lm_head.weight", "model.embed_tokens.weight"):
                value = value[:WORDS].clone()
            llm[key] = value
    for i in range(model.config.text_config.num_hidden_layers):
        llm[f"model.layers.{i}.self_attn.rotary_emb.inv_freq"] = torch.rand(4)
    keys = sorted(llm)
    index = {"metadata": {"total_size": 0}, "weight_map": {}}
    for i, part in enumerate((keys[::2], keys[1::2]), 1):
        name = f"pytorch_model-{i:05}-of-00002.bin"
        torch.save({key: llm[key] for key in part}, folder / name)
        index["weight_map"] |= {key: name for key in part}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=1))
    torch.save(vision, tower / "pytorch_model.bin")
    text = model.config.text_config
    config = {
        "architectures": ["Share4VLlamaForCausalLM"], "model_type": "share4v", "hidden_act": "silu",
        "hidden_size": text.hidden_size, "intermediate_size": text.intermediate_size,
        "num_hidden_layers": text.num_hidden_layers, "num_attention_heads": text.num_attention_heads,
        "num_key_value_heads": text.num_key_value_heads, "rms_norm_eps": 1e-5, "vocab_size": WORDS,
        "max_position_embeddings": 512, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
        "image_aspect_ratio": "pad", "mm_hidden_size": 24, "mm_projector_type": "mlp2x_gelu",
        "mm_use_im_patch_token": False, "mm_use_im_start_end": False, "mm_vision_select_feature": "patch",
        "mm_vision_select_layer": -2, "mm_vision_tower": "tiny/vision_tower", "torch_dtype": "bfloat16",
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    vision_config = model.config.vision_config.to_dict()
    (tower / "config.json").write_text(json.dumps({"model_type": "clip_vision_model", **vision_config}, indent=1, default=str))
    shutil.copy(tokenizer_from / "preprocessor_config.json", tower)
    shutil.copy(tokenizer_from / "tokenizer.model", folder) if (tokenizer_from / "tokenizer.model").exists() else None


def strings(count: int) -> list[str]:
    """Texts with everything that tokenizers trip over."""
    dice = random.Random(3)
    alphabet = ["the", "colour", "don't", "brush", " ", "  ", "\n", "\t", "é", "ü", "漢字", "🎨", "👩‍🎨", "🇫🇷", "ﬁ", "…", "“", "3", "42",
                "1,000", "A", "Z", ".", ",", "!", "?", "-", "_", "<", ">", "/", "\\", "'s", "ß", "Ω", "ї", "ا", "\u200b", "\u00a0", "e\u0301", "x" * 30]
    return ["", " ", "\n", *("".join(dice.choice(alphabet) + dice.choice(["", " "]) for _ in range(dice.randint(1, 14))) for _ in range(count - 3))]


@torch.no_grad()
def reference(folder: Path, model: LlavaForConditionalGeneration) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    processor = CLIPImageProcessor.from_pretrained(folder)
    prompt = TEMPLATE.format(question=QUESTION)
    ids = tokenizer(prompt).input_ids
    at = ids.index(IMAGE)
    ids = ids[:at] + [IMAGE] * 16 + ids[at + 1:]
    tensors, meta = {"prompt.ids": torch.tensor(ids)}, {"prompt": prompt, "generated": []}
    for i, (width, height) in enumerate(SHAPES):
        image = picture(width, height, i)
        pixels = torch.tensor(np.asarray(processor(pad_to_square(image), return_tensors="np").pixel_values))
        cropped = torch.tensor(np.asarray(processor(image, return_tensors="np").pixel_values))
        tensors |= {f"{i}.image": torch.tensor(np.asarray(image)), f"{i}.pixels": pixels, f"{i}.cropped": cropped}
        features = model.get_image_features(pixel_values=pixels, return_dict=True).pooler_output
        tensors[f"{i}.features"] = torch.cat(list(features)) if isinstance(features, (list, tuple)) else features.reshape(-1, 32)
        inputs = dict(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long), pixel_values=pixels)
        logits = model(**inputs).logits[0]
        tensors[f"{i}.logits"] = torch.cat([logits[:-1:24], logits[-1:]]).contiguous()
        for cache in (True, False):
            out = model.generate(**inputs, do_sample=False, max_new_tokens=64, min_new_tokens=64, use_cache=cache, eos_token_id=None)
            generated = out[0, len(ids):].tolist()
            if cache:
                meta["generated"].append(generated)
            else:
                assert generated == meta["generated"][-1], "with and without cache differ"
    # As the describer asks: the two sides of the picture tokenised apart.
    left, right = prompt.split("<image>")
    ids = tokenizer(left).input_ids + [IMAGE] * 16 + tokenizer(right, add_special_tokens=False).input_ids
    mask = torch.ones(1, len(ids), dtype=torch.long)
    meta["described"] = []
    for i in range(len(SHAPES)):
        told = {}
        for name in ("pixels", "cropped"):
            out = model.generate(input_ids=torch.tensor([ids]), attention_mask=mask, pixel_values=tensors[f"{i}.{name}"],
                                 do_sample=False, max_new_tokens=24, eos_token_id=2)
            told[name] = out[0, len(ids):].tolist()
        meta["described"].append(told)
    print([[len(told[name]) for name in told] for told in meta["described"]])
    texts = strings(1000)
    meta["texts"] = texts
    meta["token_ids"] = [tokenizer(text).input_ids for text in texts]
    save_file(tensors, folder / "reference.safetensors")
    (folder / "reference.json").write_text(json.dumps(meta, ensure_ascii=True))


if __name__ == "__main__":
    out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1] / "fixtures")
    model = make_model(grouped=True)
    write_hf(out / "tiny-llava", model)
    write_original(out / "tiny-llava-original", model, out / "tiny-llava")
    reference(out / "tiny-llava", model)

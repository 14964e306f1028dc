"""Writes test/fixtures/tiny-v1/tokenizer/special-tokens.json: marks of start and end in texts, as CLIP's tokenizer takes them.

Usage: python test/reference/special_tokens.py (needs transformers)
"""

import json
import random
import shutil
import tempfile
from pathlib import Path

from transformers import CLIPTokenizer

FOLDER = Path(__file__).parent.parent / "fixtures" / "tiny-v1" / "tokenizer"
START, END = "<|startoftext|>", "<|endoftext|>"


def added(content: str) -> dict:
    return {"content": content, "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}


def tokenizer() -> CLIPTokenizer:
    """The tiny tokenizer with the settings that lie in the tokenizer folder of Stable Diffusion 1."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ["vocab.json", "merges.txt"]:
            shutil.copy(FOLDER / name, folder)
        marks = {"bos_token": added(START), "eos_token": added(END), "pad_token": END, "unk_token": added(END)}
        typed = {key: {"__type": "AddedToken", **mark} if isinstance(mark, dict) else mark for key, mark in marks.items()}
        config = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "do_lower_case": True, **typed}
        (Path(folder) / "special_tokens_map.json").write_text(json.dumps(marks))
        (Path(folder) / "tokenizer_config.json").write_text(json.dumps(config))
        return CLIPTokenizer.from_pretrained(folder)


def texts(count: int) -> list[str]:
    dice = random.Random(9)
    pieces = [START, END, START.upper(), END.upper(), "<|StartOfText|>", "<|EndOfText|>", "<|\u017ftartoftext|>", "<|START OFTEXT|>"]
    pieces += ["a painting", "Red", "'s", "<|", "|>", " ", "\u00a0", "\u0301", "\u0338", "12", "*"]
    made = [*pieces]
    while len(made) < count:
        made.append("".join(dice.choice(pieces) for _ in range(dice.randint(2, 7))))
    return made


encode = tokenizer()
rows = [[text, encode(text, add_special_tokens=False).input_ids] for text in texts(200)]
lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
(FOLDER / "special-tokens.json").write_text(f"[\n{lines}\n]\n")

"""Writes test/fixtures/tiny-llava/chunks.json: pieces of a prompt as SentencePiece takes each of them by itself.

LLaVA encodes what stands before and after the picture apart, each with the slow tokenizer, which is SentencePiece.
Usage: python test/reference/llama_chunks.py (needs sentencepiece)
"""

import json
import random
from pathlib import Path

import sentencepiece

FOLDER = Path(__file__).parent.parent / "fixtures" / "tiny-llava"

# What LLaMA's model says besides its pieces, which the tiny one leaves out: BPE with byte fallback; no normalisation, a
# space before everything, and none of the others taken away.
TRAINER = b"\x18\x02" + b"\x98\x02\x01"
NORMALIZER = b"\x0a\x08identity" + b"\x18\x01" + b"\x20\x00" + b"\x28\x01"
LLAMA_SETTINGS = b"\x12" + bytes([len(TRAINER)]) + TRAINER + b"\x1a" + bytes([len(NORMALIZER)]) + NORMALIZER


def texts(count: int) -> list[str]:
    dice = random.Random(4)
    starts = ["", " ", "  ", "   ", "\n", "\n\n", " \n", "\t", "▁"]
    words = ["Describe", "the colour", "don't", "brush", "USER: ", "ASSISTANT:", "  two", "é", "漢字", "🎨", "…", "“", "1,000", ".", "ß", "\u00a0"]
    made = [start + word for start in starts for word in ["", "Describe", "Describe the picture. ASSISTANT:"]]
    while len(made) < count:
        made.append(dice.choice(starts) + dice.choice(["", " "]).join(dice.choice(words) for _ in range(dice.randint(1, 8))))
    return made


if __name__ == "__main__":
    model = sentencepiece.SentencePieceProcessor(model_proto=(FOLDER / "tokenizer.model").read_bytes() + LLAMA_SETTINGS)
    lines = ",\n".join(json.dumps([text, model.encode(text)], separators=(",", ":")) for text in texts(200))
    (FOLDER / "chunks.json").write_text(f"[\n{lines}\n]\n")

"""A CLIP tokenizer in miniature: the same algorithm and files as openai/clip, a vocabulary trained on the spot."""

import json
import random
import re
from collections import Counter
from pathlib import Path

START, END = "<|startoftext|>", "<|endoftext|>"

CORPUS = """
the image portrays a young woman with long brown hair standing in a field of flowers under a bright blue sky
an oil painting in the style of the impressionists with thick brush strokes and a warm palette of orange red and gold
watercolour washes of pale green and grey drift across rough paper leaving soft edges and blooms of pigment
a woodcut print with bold black outlines flat areas of colour and strong contrast between light and shadow
the colour scheme is dominated by deep blues and muted purples with accents of yellow that glow like lamps at night
swirling lines and expressive marks give the scene energy movement and a dreamlike quality
geometric shapes and fragmented planes suggest cubism while the muted earth tones recall early analytical works
a pencil sketch with delicate hatching fine details and subtle gradations from silver to charcoal
the artist uses high contrast lighting dramatic shadows and rich textures to create depth and emotion
pop art with bright saturated colours halftone dots comic book outlines and a playful mood
it's a portrait and they're painted on canvas we've seen that i'm sure you'll agree he'd say don't
"""


def byte_letters() -> list[str]:
    """A printable letter for each byte, in the order of CLIP's vocabulary: first the bytes that are their own letter."""
    own = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAC + 1), *range(0xAE, 0xFF + 1)]
    return [*(chr(byte) for byte in own), *(chr(256 + i) for i in range(256 - len(own)))]


def train(folder: Path, merges_wanted: int) -> None:
    """Writes vocab.json, merges.txt, special_tokens_map.json and tokenizer_config.json."""
    letters = byte_letters()
    words = Counter(re.findall(r"[a-z]+|'[a-z]+", CORPUS))
    pieces = {word: [*word[:-1], word[-1] + "</w>"] for word in words}
    merges = []
    while len(merges) < merges_wanted:
        pairs = Counter()
        for word, count in words.items():
            for pair in zip(pieces[word], pieces[word][1:]):
                pairs[pair] += count
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for word, parts in pieces.items():
            i, merged = 0, []
            while i < len(parts):
                if tuple(parts[i : i + 2]) == best:
                    merged.append("".join(best))
                    i += 2
                else:
                    merged.append(parts[i])
                    i += 1
            pieces[word] = merged
    tokens = [*letters, *(letter + "</w>" for letter in letters), *("".join(pair) for pair in merges), START, END]
    folder.mkdir(parents=True, exist_ok=True)
    write = lambda name, text: (folder / name).write_text(text, encoding="utf-8")
    write("vocab.json", json.dumps({token: i for i, token in enumerate(tokens)}, ensure_ascii=False))
    write("merges.txt", "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    special = {"bos_token": START, "eos_token": END, "pad_token": END, "unk_token": END}
    write("special_tokens_map.json", json.dumps(special))
    config = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "do_lower_case": True, **special}
    write("tokenizer_config.json", json.dumps(config))


def strings(count: int, seed: int) -> list[str]:
    """Sentences, Unicode of many scripts, emoji, white space, contractions, special tokens in the text."""
    dice = random.Random(seed)
    words = CORPUS.split()
    ranges = [(0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF), (0x5D0, 0x5EA), (0x621, 0x64A)]
    ranges += [(0x905, 0x939), (0x3041, 0x3096), (0x4E00, 0x4FFF), (0xAC00, 0xACFF), (0x300, 0x36F), (0x2000, 0x206F)]
    ranges += [(0x1F300, 0x1F64F), (0x1F1E6, 0x1F1FF), (0x2460, 0x24FF), (0xFF01, 0xFF5E), (0x1D400, 0x1D4FF)]
    blanks = [" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000"]
    fixed = ["", " ", "*", "a painting in the style of *", "It's THEY'RE I'M we'Ll", "don't 'tis 'S", "12345 6.78e9", "e\u0301 \u00e9"]
    fixed += ["\u039f\u0394\u039f\u03a3 \u03a3", "\u0130stanbul", "\ufb01ne", "<|endoftext|>", "a<|startoftext|>b", "\U0001f468\u200d\U0001f469\u200d\U0001f467"]

    def piece() -> str:
        kind = dice.random()
        if kind < 0.55:
            word = dice.choice(words)
            return dice.choice([word, word.upper(), word.title(), word + dice.choice(",.;:!?-'\"")])
        if kind < 0.65:
            return str(dice.randrange(10**6))
        low, high = dice.choice(ranges)
        return "".join(chr(dice.randint(low, high)) for _ in range(dice.randint(1, 6)))

    while len(fixed) < count:
        fixed.append("".join(piece() + dice.choice(blanks if dice.random() < 0.2 else [" "]) for _ in range(dice.randint(1, 14))))
    return fixed[:count]

"""Writes test/fixtures/torch/picture-*.png: a learned word as AUTOMATIC1111's web interface hides it in pictures.

One has it as a text, the other in the low halves of two stripes. Usage: python test/reference/picture_embeddings.py
(needs numpy and pillow)
"""

import base64
import json
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

OUT = Path(__file__).parent.parent / "fixtures" / "torch"
SIDE = 48


def disguised(halves: np.ndarray) -> np.ndarray:
    """The bits that hide the data, under a picture of its own in the high halves."""
    seed, mask = 0, []
    for _ in range(halves.size):
        seed = (1664525 * seed + 1013904223) % 2**32
        mask.append(seed % 255 & 15)
    low = halves ^ np.array(mask, np.uint8).reshape(halves.shape)
    # As the interface draws a pattern there, so that no pixel is black.
    high = np.full(halves.shape, 0x70, np.uint8)
    return high | low


def stripe(halves: np.ndarray) -> np.ndarray:
    size = halves.size + (SIDE * 3 - halves.size % (SIDE * 3))
    return disguised(np.resize(halves, size).reshape(SIDE, -1, 3))


vector = [i / 100 for i in range(24)]
word = {"string_to_token": {"*": 265}, "string_to_param": {"*": {"TORCHTENSOR": [vector, [x + 1 for x in vector]]}}, "name": "waves", "step": 5}
text = json.dumps(word).encode()
drawn = (np.add.outer(np.arange(SIDE), np.arange(SIDE)) * 2 % 200 + 40).astype(np.uint8)
picture = np.repeat(drawn[..., None], 3, axis=2) | 1

info = PngImagePlugin.PngInfo()
info.add_text("sd-ti-embedding", base64.b64encode(text).decode())
Image.fromarray(picture).save(OUT / "picture-text.png", pnginfo=info)

packed = np.frombuffer(zlib.compress(text, 9), np.uint8)
gap = np.zeros((SIDE, 1, 3), np.uint8)
Image.fromarray(np.concatenate([stripe(packed & 15), gap, picture, gap, stripe(packed >> 4)], axis=1)).save(OUT / "picture-stripes.png")

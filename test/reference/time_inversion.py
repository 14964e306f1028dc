"""Times a step of textual inversion with PyTorch: time_inversion.py FOLDER LATENTS RUNS -> JSON of milliseconds."""

import json
import os
import sys
import time

import torch
from diffusers import UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

folder, latents, runs = sys.argv[1], *map(int, sys.argv[2:])
cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
torch.set_num_threads(cores)
unet = UNet2DConditionModel.from_pretrained(folder, subfolder="unet", torch_dtype=torch.float32).eval()
text = CLIPTextModel(CLIPTextConfig(**json.load(open(f"{folder}/text_encoder/config.json")))).eval()
for model in (unet, text):
    model.requires_grad_(False)
table = getattr(text, "text_model", text).embeddings.token_embedding
sample, target = torch.randn(1, 4, latents, latents), torch.randn(1, 4, latents, latents)
vector = torch.randn(text.config.hidden_size, requires_grad=True)
result = {"torch": torch.__version__, "wallMs": [], "cpuMs": []}


def put(_module, _inputs, output):
    output = output.clone()
    output[:, 1] = vector
    return output


table.register_forward_hook(put)
for run in range(runs + 1):
    wall, cpu = time.perf_counter(), time.process_time()
    context = text(torch.zeros(1, 77, dtype=torch.long)).last_hidden_state
    torch.nn.functional.mse_loss(unet(sample, 481, context).sample, target).backward()
    if run > 0:
        result["wallMs"].append(1000 * (time.perf_counter() - wall))
        result["cpuMs"].append(1000 * (time.process_time() - cpu) / cores)
print(json.dumps(result))

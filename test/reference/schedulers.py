"""Writes test/fixtures/schedulers/*.json: what the schedulers of diffusers do with given predictions.

Usage: python test/reference/schedulers.py (needs torch and diffusers; CPU only)
"""

import base64
import json
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers.schedulers import scheduling_lcm

OUT = Path(__file__).parent.parent / "fixtures" / "schedulers"
LENGTH = 16
CLASSES = {
    "ddim": diffusers.DDIMScheduler,
    "dpm-solver": diffusers.DPMSolverMultistepScheduler,
    "euler": diffusers.EulerDiscreteScheduler,
    "unipc": diffusers.UniPCMultistepScheduler,
    "lcm": diffusers.LCMScheduler,
}
# scheduler/scheduler_config.json of stable-diffusion-v1-4.
SD14 = {
    "_class_name": "PNDMScheduler",
    "_diffusers_version": "0.7.0.dev0",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "num_train_timesteps": 1000,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "trained_betas": None,
}

pool = torch.from_numpy(np.random.default_rng(7).standard_normal(1024).astype(np.float32))


def drawn(offset):
    """`LENGTH` values of the pool from an offset on, around its end."""
    return pool[(torch.arange(LENGTH) + offset) % len(pool)].reshape(1, 4, 2, 2)


def b64(tensor):
    return base64.b64encode(tensor.detach().reshape(-1).to(torch.float32).numpy().tobytes()).decode()


def plan(name, config, steps, strength):
    scheduler = CLASSES[name].from_config(config)
    if name == "lcm":
        scheduler.set_timesteps(steps, strength=strength)
        return scheduler, scheduler.timesteps
    scheduler.set_timesteps(steps)
    kept = min(int(steps * strength), steps)
    begin = max(steps - kept, 0)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin)
    return scheduler, scheduler.timesteps[begin:]


def run(name, config, steps, strength, start_level="first-step"):
    scheduler, timesteps = plan(name, config, steps, strength)
    latents, noise = drawn(0), drawn(LENGTH)
    if start_level == "reference":
        level = scheduler.alphas_cumprod[int(1000 * strength)]
        sample = level.sqrt() * latents + (1 - level).sqrt() * noise
    else:
        sample = scheduler.add_noise(latents, noise, timesteps[:1])
    start = sample
    inputs, samples, originals = [], [], []
    for index, timestep in enumerate(timesteps):
        inputs.append(scheduler.scale_model_input(sample, timestep))
        scheduling_lcm.randn_tensor = lambda *_, index=index, **__: drawn(5000 + 31 * index)
        result = scheduler.step(drawn(100 + 37 * index), timestep, sample)
        sample = result.prev_sample
        samples.append(sample)
        originals.append(result.get("pred_original_sample", result.get("denoised")))
    kept = sorted({0, len(timesteps) // 2, len(timesteps) - 1})
    return {
        "scheduler": name,
        "config": {k: v for k, v in config.items() if not k.startswith("_")},
        "steps": steps,
        "strength": strength,
        "startLevel": start_level,
        "timesteps": timesteps.tolist(),
        "start": b64(start),
        "kept": [
            {
                "index": i,
                "input": b64(inputs[i]),
                "sample": b64(samples[i]),
                "original": None if originals[i] is None else b64(originals[i]),
            }
            for i in kept
        ],
    }


def cases():
    for name in CLASSES:
        lcm = name == "lcm"
        spacings = [None] if lcm else [None, "leading", "linspace", "trailing"]
        for spacing in spacings:
            config = SD14 if spacing is None else {**SD14, "timestep_spacing": spacing}
            for steps in [1, 2, 4, 8] if lcm else [2, 4, 10, 20, 25, 50]:
                for strength in [1.0, 0.7, 0.57]:
                    yield name, config, steps, strength
        yield name, {**SD14, "prediction_type": "v_prediction"}, 8, 0.7
        yield name, {**SD14, "beta_schedule": "linear", "steps_offset": 0, "set_alpha_to_one": True}, 8, 0.7
        yield name, {**SD14, "clip_sample": True, "clip_sample_range": 1.5}, 8, 0.7
        zero = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
        yield name, {**SD14, **zero}, 8, 1.0
    for strength in [0.7, 0.5, 0.29]:
        yield "ddim", SD14, 50, strength, "reference"


def grids():
    for name in CLASSES:
        if name == "lcm":
            for steps in range(1, 9):
                for strength in [1.0, 0.9, 0.75, 0.7, 0.6, 0.55, 0.5, 0.33]:
                    yield {"scheduler": name, "spacing": None, "steps": steps, "strength": strength}
            continue
        for spacing in ["leading", "linspace", "trailing"]:
            for steps in [1, 3, 5, 6, 7, 9, 11, 12, 13, 14, 15, 17, 23, 30, 33, 37, 49, 64]:
                yield {"scheduler": name, "spacing": spacing, "steps": steps, "strength": 1.0}


def write(name, value):
    (OUT / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


OUT.mkdir(parents=True, exist_ok=True)
made = [run(*case) for case in cases()]
write("steps.json", {"diffusers": diffusers.__version__, "pool": b64(pool), "cases": made})
tables = []
for grid in grids():
    config = SD14 if grid["spacing"] is None else {**SD14, "timestep_spacing": grid["spacing"]}
    tables.append({**grid, "timesteps": plan(grid["scheduler"], config, grid["steps"], grid["strength"])[1].tolist()})
write("timesteps.json", {"diffusers": diffusers.__version__, "config": SD14, "grids": tables})
print(len(made), "runs,", len(tables), "grids")

"""Writes test/fixtures/torch/*: small files as torch.save makes them, and what is in them.

Usage: python test/reference/torch_files.py (needs torch; CPU only)
"""

import json
from collections import OrderedDict
from pathlib import Path

import torch

OUT = Path(__file__).parent.parent / "fixtures" / "torch"
OUT.mkdir(parents=True, exist_ok=True)
torch.manual_seed(5)


def listing(value, name=""):
    if isinstance(value, torch.Tensor):
        flat = value.detach().to(torch.float64).reshape(-1).tolist()
        return {name: {"dtype": str(value.dtype)[6:], "shape": list(value.shape), "strides": list(value.stride()), "values": flat}}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    found = {}
    for key, item in items:
        found |= listing(item, f"{name}.{key}" if name else str(key))
    return found


def save(name, value, **options):
    torch.save(value, OUT / f"{name}.bin", **options)
    (OUT / f"{name}.json").write_text(json.dumps(listing(value)) + "\n")


module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3))
save("module", module.state_dict())

shared = torch.randn(6, 4)
save(
    "kinds",
    {
        "half": torch.randn(5).half(),
        "bfloat": torch.randn(2, 3).bfloat16(),
        "double": torch.randn(2).double(),
        "long": torch.tensor([[1, -(2**40)], [3, 4]]),
        "int": torch.arange(3, dtype=torch.int32),
        "short": torch.arange(3, dtype=torch.int16),
        "char": torch.tensor([-1, 2], dtype=torch.int8),
        "byte": torch.arange(5, dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.randn(2, 2)),
        "tied.first": shared,
        "tied.second": shared,
        "rows": shared[2:4],
        "transposed": shared.t(),
        "every.second": shared[:, ::2],
    },
)
save("lightning", {"epoch": 3, "global_step": 470000, "rate": 1e-4, "state_dict": module.state_dict(), "loops": [None, {"done": True, "grids": (torch.arange(2), torch.ones(1))}]})
save("protocol-4", OrderedDict(weight=torch.randn(3)), pickle_protocol=4)
print(sorted(path.name for path in OUT.iterdir()))

vector = torch.arange(24, dtype=torch.float32) / 100
torch.save({"<my-style>": vector}, OUT / "learned_embeds.bin")
torch.save(
    {"string_to_token": {"*": 265}, "string_to_param": {"*": torch.stack([vector, vector + 1])}, "name": "x", "step": 5},
    OUT / "web-embedding.pt",
)


# As torch wrote files before 1.6, one storage in two tensors among them.
save(
    "legacy",
    {"state_dict": module.state_dict(), "half": torch.randn(5).half(), "long": torch.tensor([1, -(2**40)]), "tied": shared, "rows": shared[2:4]},
    _use_new_zipfile_serialization=False,
)

# As textual inversion and InST keep what they learned.
learned = torch.nn.ParameterDict({"*": torch.nn.Parameter(torch.stack([vector, vector + 1]))})
embeddings = {"string_to_token": {"*": torch.tensor(265)}, "string_to_param": learned}
torch.save(embeddings, OUT / "parameter-dict.pt")
torch.save(embeddings, OUT / "parameter-dict-legacy.pt", _use_new_zipfile_serialization=False)
# Before torch 1.12 it had no list of its keys, and its values stood in `_parameters` alone.
state = learned.__dict__
keys = state.pop("_keys")
torch.save(embeddings, OUT / "parameter-dict-1.11.pt")
# What is put in as it is, and not as a parameter, stands beside them.
state["_keys"] = keys
state["*"] = state["_parameters"].pop("*").data
torch.save(embeddings, OUT / "parameter-dict-beside.pt")

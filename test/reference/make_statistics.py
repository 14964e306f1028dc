"""What reference implementations make of pictures and of vectors without any network (`metrics/statistics.safetensors`).

SSIM and KID's discrepancy by torchmetrics, the Frechet distance by pytorch-fid with scipy's matrix square root, HistoGAN's
histograms by its equations in double precision. Needs `torchmetrics`, `pytorch-fid`, `torchvision` and `scipy` too.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from pytorch_fid.fid_score import calculate_frechet_distance
from safetensors.torch import save_file
from torch.nn.functional import interpolate
from torchmetrics.functional.image import structural_similarity_index_measure
from torchmetrics.image.kid import poly_mmd

from make_runs import picture

torch.set_num_threads(1)


def unit(image: torch.Tensor) -> torch.Tensor:
    return image.permute(2, 0, 1)[None].double() / 255


def histogram(image: torch.Tensor, bins=64, sigma=0.02, largest=256, epsilon=1e-6) -> torch.Tensor:
    x = unit(image)
    if max(x.shape[2:]) > largest:
        x = interpolate(x, size=(largest, largest), mode="bilinear", align_corners=False)
    pixels = x[0].reshape(3, -1).T
    intensity = (pixels.square().sum(1, keepdim=True) + epsilon).sqrt()
    logs = (pixels + epsilon).log()
    places = torch.linspace(-3, 3, bins, dtype=torch.float64)
    spread = lambda values: 1 / (1 + ((values[:, None] - places) / sigma) ** 2)
    parts = []
    for channel, (u, v) in enumerate([(1, 2), (0, 2), (0, 1)]):
        parts.append((intensity * spread(logs[:, channel] - logs[:, u])).T @ spread(logs[:, channel] - logs[:, v]))
    whole = torch.stack(parts)
    return whole / (whole.sum() + epsilon)


def hellinger(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (a.sqrt() - b.sqrt()).square().sum().sqrt() / np.sqrt(2)


def frechet(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    mean = lambda x: x.double().numpy().mean(axis=0)
    covariance = lambda x: np.cov(x.double().numpy(), rowvar=False)
    return torch.tensor(calculate_frechet_distance(mean(a), covariance(a), mean(b), covariance(b)))


@torch.no_grad()
def make(folder: Path) -> None:
    generator = torch.Generator().manual_seed(18)
    content = picture(40, 56, generator)
    result = (0.7 * content.double() + 0.3 * picture(40, 56, generator).double()).round().to(torch.uint8)
    large = picture(24, 272, generator)
    out = {"content": content, "result": result, "large": large}
    out["ssim"] = structural_similarity_index_measure(unit(result), unit(content), data_range=1.0)
    out["histogram"] = hellinger(histogram(result), histogram(content))
    out["bilinear"] = interpolate(unit(large).float(), size=(19, 45), mode="bilinear", align_corners=False)[0]
    out["histogram.large"] = hellinger(histogram(result), histogram(large))

    mixing = torch.randn(16, 16, generator=generator)
    vectors = lambda count, shift: torch.randn(count, 16, generator=generator) @ mixing * 0.3 + shift
    out |= {"one": vectors(40, 0.2), "other": vectors(60, 0.5)}
    out["frechet"] = frechet(out["one"], out["other"])
    few = vectors(5, 0.1)
    # As a style does that is there for several contents.
    out |= {"few": few, "frechet.few": frechet(few.repeat(8, 1), out["one"])}
    out["kernel"] = poly_mmd(out["one"].double(), out["other"][:40].double())
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in out.items()}, folder / "statistics.safetensors")
    for name, tensor in out.items():
        if tensor.ndim == 0:
            print(name, float(tensor))


if __name__ == "__main__":
    make(Path(sys.argv[1]) / "metrics")

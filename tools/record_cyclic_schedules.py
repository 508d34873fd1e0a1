#!/usr/bin/env python3
"""Records the values of torch's CyclicLR, which GoldenReplayTest compares Gradus with.

    record_cyclic_schedules.py testkit/src/test/resources/golden/schedules-cyclic.json.gz

Needs torch.
"""

import gzip
import json
import sys
import warnings

import torch
from torch.optim.lr_scheduler import CyclicLR

STEPS = 200
CASES = [
    dict(base_lr=0.1, max_lr=1.0, step_size_up=20, step_size_down=30, mode="triangular"),
    dict(base_lr=0.001, max_lr=0.006, step_size_up=16, step_size_down=None, mode="triangular"),
    dict(base_lr=0.1, max_lr=1.0, step_size_up=20, step_size_down=30, mode="triangular2"),
    dict(base_lr=0.003, max_lr=0.7, step_size_up=7, step_size_down=None, mode="triangular2"),
    dict(base_lr=0.1, max_lr=1.0, step_size_up=20, step_size_down=30, mode="exp_range", gamma=0.99),
    dict(base_lr=0.002, max_lr=0.05, step_size_up=13, step_size_down=4, mode="exp_range", gamma=0.9995),
]
MOMENTUM = dict(cycle_momentum=True, base_momentum=0.8, max_momentum=0.95)


def record(number, hyper):
    hyper = {"gamma": 1.0, **hyper, **MOMENTUM}
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0, momentum=0.9)
    scheduler = CyclicLR(optimizer, **hyper)
    values, momentum = [], []
    for _ in range(STEPS):
        values.append(optimizer.param_groups[0]["lr"])
        momentum.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        scheduler.step()
    del hyper["cycle_momentum"]
    return {
        "id": f"torch-CyclicLR-{number}",
        "source": f"torch {torch.__version__}",
        "name": "CyclicLR",
        "hyper": hyper,
        "values": values,
        "momentum": momentum,
    }


def main(path):
    warnings.simplefilter("error")
    table = {
        "format": "values[i], momentum[i] = what is in force at step i (0-based), before the i-th scheduler.step().",
        "tolerance": 1e-12,
        "cases": [record(number, hyper) for number, hyper in enumerate(CASES)],
    }
    # Without a time stamp and a name, so that equal values are an equal file.
    with open(path, "wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        packed.write(json.dumps(table).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])

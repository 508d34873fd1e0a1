#!/usr/bin/env python3
"""Records what optax does with options that the other golden trajectories leave at their defaults.

    record_optax.py testkit/src/test/resources/golden

The parameters and gradients are those of the cases that lie there; each new case lies beside the one that it varies.
Needs optax 0.2.8.
"""

import gzip
import json
import pathlib
import sys

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
import optax  # noqa: E402
from optax import contrib  # noqa: E402

SCHEDULE = {"exponential_decay": {
    "init_value": 0.02, "transition_steps": 5, "decay_rate": 0.7, "transition_begin": 0, "staircase": False,
    "end_value": None}}

# The name of a new case, the one that it varies, and the hyperparameters that differ.
CASES = [
    ("optax-novograd-epsroot", "optax-novograd", dict(eps_root=1e-2)),
    ("optax-novograd-epsroot-f32", "optax-novograd-f32", dict(eps_root=1e-2, weight_decay=0.1)),
    ("optax-rmsprop-initialscale", "optax-rmsprop", dict(initial_scale=1.0)),
    ("optax-rmsprop-initialscale-centered-biascorr", "optax-rmsprop",
     dict(initial_scale=4.0, centered=True, bias_correction=True, momentum=0.9)),
    ("optax-rmsprop-initialscale-f32", "optax-rmsprop-f32", dict(initial_scale=0.5, eps_in_sqrt=False)),
    ("optax-schedulefree-sgd-wd", "optax-schedulefree-sgd", dict(weight_decay=0.1)),
    ("optax-adafactor-momentum-schedule", "optax-adafactor-nofactor-momentum-wd", dict(learning_rate=SCHEDULE)),
    ("optax-adafactor-norate", "optax-adafactor", dict(learning_rate=None)),
    ("optax-adafactor-decaymask", "optax-adafactor",
     dict(weight_decay_rate=0.01, weight_decay_mask=[True, False, False, True])),
    ("optax-adam-nesterov", "optax-adam", dict(nesterov=True)),
    ("optax-adamw-nesterov", "optax-adamw", dict(nesterov=True)),
    ("optax-lamb-mask", "optax-lamb-wd", dict(mask=[True, True, False, False])),
    ("optax-lars-masks", "optax-lars-wd-nesterov",
     dict(weight_decay_mask=[True, True, False, False], trust_ratio_mask=[True, False, True, True])),
]


def schedule(value):
    if not isinstance(value, dict):
        return value
    (name, arguments), = value.items()
    of = getattr(optax, name)(**arguments)
    # optax counts in int32, of which many schedules make float32 even under x64.
    return lambda count: of(jnp.asarray(count, jnp.float64))


def optimizer(algorithm, hyper, dtype):
    hyper = {key: schedule(value) for key, value in hyper.items()}
    if algorithm == "adafactor":
        hyper["dtype_momentum"] = dtype
    if algorithm.startswith("schedule_free"):
        assert hyper.pop("base") == "sgd"
        del hyper["b2"], hyper["eps"]
        hyper["warmup_steps"] = hyper["warmup_steps"] or None
        return contrib.schedule_free_sgd(**hyper)
    return getattr(optax, algorithm)(**hyper)


def fields(state):
    """The named states within others, in their order; those of one name one after the other."""
    found = {}

    def visit(node):
        if hasattr(node, "_fields"):
            for name in node._fields:
                value = getattr(node, name)
                if hasattr(value, "_fields") or isinstance(value, tuple):
                    visit(value)
                else:
                    found.setdefault(name, []).append(value)
        elif isinstance(node, (tuple, list)):
            for each in node:
                visit(each)

    visit(state)
    return found


def numbers(array):
    # The shortest decimals that give the same float32 or float64.
    array = np.asarray(array)
    return [float(str(value)) for value in array.ravel()]


def record(folder, name, base, changes):
    with gzip.open(folder / f"{base}.json.gz") as file:
        case = json.load(file)
    case["id"] = name
    case["source"] = f"optax {optax.__version__} (jax {jax.__version__}, x64)"
    case.pop("notes", None)
    if isinstance(changes.get("learning_rate"), dict):
        case["notes"] = "The schedule is evaluated on a float64 count."
    case["hyper"].update(changes)
    dtype = case["dtype"]
    names = [parameter["name"] for parameter in case["params"]]
    shapes = [parameter["shape"] for parameter in case["params"]]

    def tensors(arrays):
        return [jnp.asarray(np.array(a, dtype).reshape(s)) for a, s in zip(arrays, shapes)]

    params = tensors([parameter["init"] for parameter in case["params"]])
    hyper = dict(case["hyper"])
    rule = optimizer(case["algorithm"], hyper, dtype)
    state = rule.init(params)
    rate = schedule(hyper.get("learning_rate"))
    for number, step in enumerate(case["steps"]):
        updates, state = rule.update(tensors(step["grads"]), state, params)
        params = optax.apply_updates(params, updates)
        step["params"] = [numbers(p) for p in params]
        step.pop("lr", None)
        if callable(rate):
            step["lr"] = float(rate(number))
    case["final_state"], case["final_global"] = {}, {}
    for key, values in fields(state).items():
        for index, value in enumerate(values):
            label = key if index == 0 else f"{key}_{index + 1}"
            if isinstance(value, list):
                assert len(value) == len(names), label
                case["final_state"][label] = [numbers(v) for v in value]
            else:
                case["final_global"][label] = np.asarray(value).item()
    if not case["final_global"]:
        del case["final_global"]
    # Without a time stamp and a name, so that equal values are an equal file.
    with open(folder / f"{name}.json.gz", "wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        packed.write(json.dumps(case).encode())


def main(folder):
    assert optax.__version__ == "0.2.8", optax.__version__
    for case in CASES:
        record(pathlib.Path(folder), *case)


if __name__ == "__main__":
    main(*sys.argv[1:])

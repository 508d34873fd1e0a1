#!/usr/bin/env python3
"""Exchanges optimizer states between PyTorch and Gradus.

In Python:

    from gradus_torch import load, save

    save("state.safetensors", model, optimizer)    # dev.gradus.checkpoint.TorchState.load reads it
    load("state.safetensors", model, optimizer)    # what TorchState.save has written

The model and the optimizer must have been made with the same parameters and hyperparameters as those that the file
is of: they are not in the file. Needs torch and safetensors.

On the command line, with nothing but Python:

    gradus_torch.py FILE    lists the tensors of a file
"""

import json
import struct
import sys


def _names(model, optimizer):
    """The optimizer's parameters with their names in the model."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if id(parameter) not in names:
                raise ValueError("the optimizer has a parameter that is not of the model")
            yield names[id(parameter)], parameter


def save(path, model, optimizer, steps_done=None):
    """Writes the parameters and states of an optimizer.

    steps_done is the number of steps made; it is needed for SGD, whose states do not count them.
    """
    import torch
    from safetensors.torch import save_file

    tensors = {}
    steps = [steps_done or 0]
    for name, parameter in _names(model, optimizer):
        tensors[name] = parameter.detach().cpu().contiguous().clone()
        for key, value in optimizer.state.get(parameter, {}).items():
            if value is None:
                continue
            tensor = torch.as_tensor(value).detach().cpu().contiguous().clone()
            tensors[f"state.{name}.{key}"] = tensor
            if key == "step":
                steps.append(int(tensor))
    metadata = {
        "format": "pt",
        "optimizer": f"torch.optim.{type(optimizer).__name__}",
        "steps_done": str(max(steps)),
    }
    save_file(tensors, path, metadata=metadata)


def load(path, model, optimizer):
    """Gives the parameters and states of a file to a model and its optimizer."""
    import torch
    from safetensors.torch import load_file

    tensors = load_file(path)
    parameters = list(_names(model, optimizer))
    with torch.no_grad():
        for name, parameter in parameters:
            if name in tensors:
                parameter.copy_(tensors.pop(name))

    current = optimizer.state_dict()
    state = {}
    counts_steps = type(optimizer) is not torch.optim.SGD
    for index, (name, _) in enumerate(parameters):
        prefix = f"state.{name}."
        own = {}
        for full in [full for full in tensors if full.startswith(prefix) and "." not in full[len(prefix):]]:
            key = full[len(prefix):]
            tensor = tensors.pop(full)
            if key != "step" or counts_steps:
                own[key] = tensor
        if own:
            state[index] = own
        elif current["state"].get(index, {}).get("step") == 0:
            state[index] = current["state"][index]  # made with the optimizer, as Adagrad's is
    if tensors:
        raise ValueError(f"the file has tensors that the model has not: {sorted(tensors)}")
    optimizer.load_state_dict({"state": state, "param_groups": current["param_groups"]})


def header(path):
    """The header of a safetensors file: its metadata, and for each tensor its type, shape and place."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        entries = json.loads(file.read(length).decode("utf-8"))
        data = len(file.read())
    metadata = entries.pop("__metadata__", {})
    end = 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1]["data_offsets"]):
        begin, stop = entry["data_offsets"]
        if begin != end:
            raise ValueError(f"{name} begins at {begin}, not at {end}")
        end = stop
    if end != data:
        raise ValueError(f"the tensors end at {end}, the file has {data} bytes of them")
    return metadata, entries


def main(arguments):
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    metadata, entries = header(arguments[0])
    for key, text in sorted(metadata.items()):
        print(f"{key}: {text}")
    for name, entry in sorted(entries.items()):
        print(f"{name}  {entry['dtype']}  {entry['shape']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

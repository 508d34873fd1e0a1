#!/usr/bin/env python3
"""Exchanges optimizer states between PyTorch and Gradus.

In Python:

    from gradus_torch import load, save

    save("state.safetensors", model, optimizer)    # dev.gradus.checkpoint.TorchState.load reads it
    load("state.safetensors", model, optimizer)    # what TorchState.save has written

The model and the optimizer must have been made with the same parameters and hyperparameters as those that the file
is of: hyperparameters are not in the file. Needs PyTorch 1.13 or later, and no other package.

On the command line, with nothing but Python:

    gradus_torch.py FILE    lists the tensors of a file
"""

import copy
import ctypes
import json
import os
import struct
import sys
from collections import defaultdict

# What the reference implementation of safetensors accepts.
MAX_HEADER = 100_000_000

# The state of a parameter that is one number whatever its shape, beside its count of steps. Gradus has them in double
# precision.
NUMBERS = ("mu_product", "eta", "mu")

# By type, the types that have each of its values.
WIDER = {"F16": ("float32", "float64"), "BF16": ("float32", "float64"), "F32": ("float64",)}

# Types by their names in safetensors, in the order in which the reference implementation lays tensors out.
TYPES = {
    "I64": "int64",
    "F64": "float64",
    "C64": "complex64",
    "F32": "float32",
    "I32": "int32",
    "BF16": "bfloat16",
    "F16": "float16",
    "I16": "int16",
    "I8": "int8",
    "U8": "uint8",
    "BOOL": "bool",
}


def save(path, model, optimizer, steps_done=None):
    """Writes the parameters and states of an optimizer.

    steps_done is the number of steps made. SGD does not count them, so it is needed there if there is a momentum,
    whose first step differs from the others; without momentum it counts as 0 if it is not given. All other optimizers
    count their steps.

    Raises ValueError if the file could not be loaded, before anything is written.
    """
    import torch

    _require_supported(optimizer)
    tensors = {}
    steps = []
    for name, parameter in _named_parameters(model, optimizer):
        tensors[name] = parameter.detach()
        for key, value in optimizer.state.get(parameter, {}).items():
            if value is None:
                continue
            tensor = value.detach() if torch.is_tensor(value) else torch.tensor(value, dtype=_number_type(value))
            tensors[f"state.{name}.{key}"] = tensor
            if key == "step":
                steps.append(int(tensor))
            elif key == "momentum_buffer" and type(optimizer) is torch.optim.SGD and not steps_done:
                raise ValueError(
                    "SGD with momentum does not count its steps, and its next step depends on whether it is the first:"
                    f" give steps_done, the number of steps made, got {steps_done}"
                )
    if steps_done is not None and steps and steps_done < max(steps):
        raise ValueError(f"steps_done is {steps_done}, but a parameter has made {max(steps)} steps")
    metadata = {
        "format": "pt",
        "optimizer": f"torch.optim.{type(optimizer).__name__}",
        "steps_done": str(max(steps, default=0) if steps_done is None else steps_done),
    }
    _write(path, metadata, tensors)


def load(path, model, optimizer):
    """Gives the parameters and states of a file to a model and its optimizer.

    Raises ValueError, listing all that does not fit, before anything is changed.
    """
    import torch

    _require_supported(optimizer)
    metadata, entries = header(path)
    problems = []
    own = f"torch.optim.{type(optimizer).__name__}"
    if metadata.get("optimizer", own) != own:
        problems.append(f"the file is of {metadata['optimizer']}, not of {own}")
    parameters = list(_named_parameters(model, optimizer))
    unread = set(entries)
    values = _values(parameters, entries, unread, problems)
    states = [_state(name, parameter, optimizer, entries, unread, problems) for name, parameter in parameters]
    problems += [f"tensor {name} is unexpected" for name in sorted(unread)]
    if problems:
        raise ValueError(f"{path} does not fit the optimizer: " + "; ".join(problems))

    tensors = _read(path, entries, values + [full for state in states for full, _ in state.values()])
    current = optimizer.state_dict()
    loaded = {}
    for index, state in enumerate(states):
        if state:
            loaded[index] = {key: _like(tensors[full], template) for key, (full, template) in state.items()}
            exact = metadata.get(f"step.{parameters[index][0]}")
            if exact is not None and isinstance(loaded[index].get("step"), int):
                loaded[index]["step"] = int(exact)
        elif _begins_with_optimizer(optimizer, parameters[index][1]):
            loaded[index] = current["state"][index]
    with torch.no_grad():
        for name, parameter in parameters:
            if name in tensors:
                parameter.copy_(tensors[name])
    optimizer.load_state_dict({"state": loaded, "param_groups": current["param_groups"]})
    # load_state_dict narrows numbers to the parameter's type.
    for (_, parameter), state in zip(parameters, states):
        for key, (full, template) in state.items():
            if key in NUMBERS and torch.is_tensor(template):
                optimizer.state[parameter][key] = tensors[full].reshape(template.shape).to(template.device)


def _require_supported(optimizer):
    if type(optimizer).__name__ == "LBFGS":
        raise ValueError(
            "LBFGS keeps a history of directions for all parameters together, which Gradus has no rule for: its state"
            " cannot be exchanged"
        )


def _named_parameters(model, optimizer):
    """The optimizer's parameters with their names in the model."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if id(parameter) not in names:
                raise ValueError(
                    f"the optimizer has a parameter of shape {list(parameter.shape)} that is not of the model"
                )
            yield names[id(parameter)], parameter


def _values(parameters, entries, unread, problems):
    """The names of the parameters in a file: all, or none."""
    present = [name for name, _ in parameters if name in entries]
    for name, parameter in parameters if present else []:
        if name not in entries:
            problems.append(f"tensor {name} is missing")
            continue
        unread.discard(name)
        _compare(name, entries[name], parameter, problems)
    return present


def _state(name, parameter, optimizer, entries, unread, problems):
    """By key, the tensor's name in the file and what the optimizer has in its place; empty if the file has none."""
    import torch

    prefix = f"state.{name}."
    keys = {full[len(prefix) :]: full for full in entries if full.startswith(prefix) and "." not in full[len(prefix) :]}
    unread.difference_update(keys.values())
    if not keys:
        if optimizer.state.get(parameter, {}).get("step", 0) != 0 and type(optimizer) is torch.optim.Adagrad:
            problems.append(f"{name} was never updated in the file, but was here: make the optimizer anew")
        return {}
    template = _template(optimizer, parameter)
    if "step" not in template:
        keys.pop("step", None)  # SGD's, which Gradus counts
    for key in sorted(template.keys() - keys.keys()):
        problems.append(f"tensor {prefix}{key} is missing")
    for key in sorted(keys.keys() - template.keys()):
        problems.append(f"tensor {prefix}{key} is unexpected: {type(optimizer).__name__} has no such state here")
    state = {key: (keys[key], template[key]) for key in template.keys() & keys.keys()}
    for key, (full, value) in state.items():
        is_number = key == "step" or key in NUMBERS
        _compare(full, entries[full], value, problems, is_state=torch.is_tensor(value), is_number=is_number)
    return state


def _compare(name, entry, own, problems, is_state=False, is_number=False):
    """Adds what keeps a tensor from being loaded. States may be widened, which changes no value."""
    import torch

    own_shape = list(own.shape) if torch.is_tensor(own) else []
    shape = entry["shape"]
    accepted = [own.dtype] if torch.is_tensor(own) else []
    if is_state and str(own.dtype) in [f"torch.{wider}" for wider in WIDER.get(entry["dtype"], ())]:
        accepted.append(_type(entry))
    if shape != own_shape and not (is_number and _elements(shape) == _elements(own_shape) == 1):
        problems.append(f"tensor {name} has shape {shape}, not {own_shape}")
    elif not is_number and _type(entry) not in accepted:
        problems.append(f"tensor {name} is {entry['dtype']}, not {getattr(own, 'dtype', type(own).__name__)}")


def _template(optimizer, parameter):
    """What the optimizer has for a parameter, or would have after a step."""
    import torch

    own = {key: value for key, value in optimizer.state.get(parameter, {}).items() if value is not None}
    if own:
        return own
    (group,) = [g for g in optimizer.param_groups if any(p is parameter for p in g["params"])]
    probe = copy.copy(optimizer)
    other = parameter.detach().clone().requires_grad_()
    other.grad = torch.zeros_like(other)
    if type(optimizer) is torch.optim.SparseAdam:
        axes = min(1, other.dim())
        row = torch.zeros((axes, 1), dtype=torch.int64)
        other.grad = torch.sparse_coo_tensor(row, torch.zeros_like(other[:1] if axes else other[None]), other.shape)
    probe.state = defaultdict(dict)
    probe.param_groups = [{**group, "params": [other]}]
    probe.step()
    return {key: value for key, value in probe.state[other].items() if value is not None}


def _begins_with_optimizer(optimizer, parameter):
    """Whether the state was made with the optimizer, as Adagrad's is, and no step has been made."""
    return optimizer.state.get(parameter, {}).get("step") == 0


def _like(tensor, template):
    """A tensor of one number as what the optimizer has in its place, which may be a number of Python."""
    import torch

    if torch.is_tensor(template):
        return tensor.to(template.dtype).reshape(template.shape)
    return type(template)(tensor.item())


def _number_type(value):
    import torch

    return torch.float64 if isinstance(value, float) else None


def _elements(shape):
    elements = 1
    for size in shape:
        elements *= size
    return elements


def _type(entry):
    import torch

    return getattr(torch, TYPES[entry["dtype"]]) if entry["dtype"] in TYPES else entry["dtype"]


def _bytes(tensor):
    """The memory of a contiguous tensor of the CPU."""
    return (ctypes.c_char * (tensor.numel() * tensor.element_size())).from_address(tensor.data_ptr())


def _write(path, metadata, tensors):
    """Writes a safetensors file, whole or not at all."""
    import torch

    if sys.byteorder != "little":
        raise ValueError("files are written on little-endian machines only")
    types = {getattr(torch, type_): name for name, type_ in TYPES.items()}
    for name, tensor in tensors.items():
        if tensor.dtype not in types or tensor.layout != torch.strided:
            raise ValueError(f"{name} is {tensor.dtype}, {tensor.layout}, which cannot be written")
    order = list(TYPES)
    names = sorted(tensors, key=lambda name: (order.index(types[tensors[name].dtype]), name))
    entries = {"__metadata__": metadata}
    end = 0
    for name in names:
        tensor = tensors[name]
        begin, end = end, end + tensor.numel() * tensor.element_size()
        entries[name] = {
            "dtype": types[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [begin, end],
        }
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    if len(text) > MAX_HEADER:
        raise ValueError(f"the header would have {len(text)} bytes, more than the {MAX_HEADER} that readers accept")
    temporary = f"{os.fspath(path)}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as file:
            file.write(struct.pack("<Q", len(text)))
            file.write(text)
            for name in names:
                tensor = tensors[name].cpu().contiguous()
                if tensor.numel() > 0:
                    file.write(_bytes(tensor))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)


def _read(path, entries, names):
    """Tensors of a file, by name."""
    import torch

    if sys.byteorder != "little":
        raise ValueError("files are read on little-endian machines only")
    tensors = {}
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        for name in names:
            entry = entries[name]
            tensor = torch.empty(entry["shape"], dtype=_type(entry))
            begin, end = entry["data_offsets"]
            if end - begin != tensor.numel() * tensor.element_size():
                raise ValueError(f"tensor {name} of {entry['dtype']} and shape {entry['shape']} has {end - begin} bytes")
            file.seek(8 + length + begin)
            if end > begin and file.readinto(_bytes(tensor)) != end - begin:
                raise ValueError(f"{path} ends within tensor {name}")
            tensors[name] = tensor
    return tensors


def header(path):
    """The header of a safetensors file: its metadata, and for each tensor its type, shape and place."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        start = file.read(8)
        if start[:4] == b"PK\x03\x04":
            raise ValueError(f"{path} is a zip archive, such as torch.save writes, not safetensors: load it with torch.load")
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else size
        if length > min(MAX_HEADER, size - 8):
            raise ValueError(f"{path} is not a safetensors file: its header would have {length} bytes")
        entries = json.loads(file.read(length).decode("utf-8"))
    metadata = entries.pop("__metadata__", None) or {}
    end = 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1]["data_offsets"]):
        begin, stop = entry["data_offsets"]
        if begin != end:
            raise ValueError(f"{name} begins at {begin}, not at {end}")
        end = stop
    if end != size - 8 - length:
        raise ValueError(f"the tensors end at {end}, the file has {size - 8 - length} bytes of them")
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

"""What tools/gradus_torch.py refuses, and what it gives to PyTorch's optimizers. Called by PyTorchTest.

    refusals.py TOOLS FOLDER
"""

import os
import sys

sys.path.insert(0, sys.argv[1])

import gradus_torch
import torch
from gradus_torch import load, save

PATH = os.path.join(sys.argv[2], "refusals.safetensors")


def training(make, dtype=torch.float32, steps=2, sizes=((2, 3), (3,))):
    model = torch.nn.Module()
    for i, size in enumerate(sizes):
        model.register_parameter(f"p{i}", torch.nn.Parameter(torch.ones(size, dtype=dtype)))
    optimizer = make(model.parameters())
    for _ in range(steps):
        for parameter in model.parameters():
            parameter.grad = torch.full_like(parameter, 0.5)
            if type(optimizer) is torch.optim.SparseAdam:
                parameter.grad = parameter.grad.to_sparse(1)
        optimizer.step()
    return model, optimizer


def snapshot(model, optimizer):
    """Everything, as text."""
    return repr([parameter.detach().tolist() for parameter in model.parameters()]) + repr(optimizer.state_dict())


def refuses(action, *sentences, of=None):
    before = snapshot(*of) if of else None
    try:
        action()
    except ValueError as e:
        for sentence in sentences:
            assert sentence in str(e), f"{sentence!r} is not in {e}"
    else:
        raise AssertionError(f"not refused: {sentences}")
    assert of is None or snapshot(*of) == before, "changed"


def rewritten(change):
    """The file with other tensors or texts."""
    metadata, entries = gradus_torch.header(PATH)
    tensors = gradus_torch._read(PATH, entries, list(entries))
    change(metadata, tensors)
    gradus_torch._write(PATH, metadata, tensors)


def refused_saves():
    adam = torch.optim.Adam
    save(PATH, *training(adam))
    with open(PATH, "rb") as file:
        before = file.read()
    sgd = lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)
    refuses(lambda: save(PATH, *training(sgd)), "give steps_done", "got None")
    refuses(lambda: save(PATH, *training(sgd), steps_done=0), "give steps_done", "got 0")
    refuses(lambda: save(PATH, *training(adam), steps_done=1), "steps_done is 1, but a parameter has made 2 steps")
    lbfgs = training(lambda p: torch.optim.LBFGS(p), steps=0)
    refuses(lambda: save(PATH, *lbfgs), "LBFGS keeps a history")
    model, _ = training(adam)
    _, optimizer = training(adam)
    refuses(lambda: save(PATH, model, optimizer), "has a parameter of shape [2, 3] that is not of the model")
    quantized = training(adam, steps=0)
    quantized[0].register_parameter("q", torch.nn.Parameter(torch.ones(2, dtype=torch.complex128)))
    quantized = quantized[0], adam(quantized[0].parameters())
    refuses(lambda: save(PATH, *quantized), "q is torch.complex128")
    with open(PATH, "rb") as file:
        assert file.read() == before
    assert os.listdir(sys.argv[2]).count("refusals.safetensors") == 1
    assert not [name for name in os.listdir(sys.argv[2]) if name.endswith(".tmp")]
    # Without momentum the next step is the same whatever the count.
    save(PATH, *training(lambda p: torch.optim.SGD(p, lr=0.1)))
    save(PATH, *training(sgd), steps_done=2)
    load(PATH, *training(sgd))
    load(PATH, *training(sgd, steps=0))


def refused_loads():
    adam = torch.optim.Adam
    for steps in (0, 2):
        own = training(adam, steps=steps)
        save(PATH, *training(torch.optim.AdamW))
        refuses(lambda: load(PATH, *own), "the file is of torch.optim.AdamW, not of torch.optim.Adam", of=own)

        def change(metadata, tensors):
            del tensors["p1"], tensors["state.p0.exp_avg"]
            tensors["more"] = torch.ones(1)
            tensors["state.p0.max_exp_avg_sq"] = torch.ones(2, 3)
            tensors["state.p1.exp_avg"] = torch.ones(4)
            tensors["state.p1.exp_avg_sq"] = torch.ones(3, dtype=torch.float64)
            del metadata["optimizer"]

        save(PATH, *training(adam))
        rewritten(change)
        refuses(
            lambda: load(PATH, *own),
            "tensor p1 is missing",
            "tensor state.p0.exp_avg is missing",
            "tensor more is unexpected",
            "tensor state.p0.max_exp_avg_sq is unexpected: Adam has no such state here",
            "tensor state.p1.exp_avg has shape [4], not [3]",
            "tensor state.p1.exp_avg_sq is F64, not torch.float32",
            of=own,
        )
        save(PATH, *training(adam, dtype=torch.float64))
        refuses(lambda: load(PATH, *own), "tensor p0 is F64, not torch.float32", of=own)
        save(PATH, *training(lambda p: adam(p, amsgrad=True)))
        refuses(lambda: load(PATH, *own), "state.p0.max_exp_avg_sq is unexpected", of=own)
        torch.save({"p0": torch.ones(1)}, PATH)
        refuses(lambda: load(PATH, *own), "is a zip archive, such as torch.save writes", of=own)
        with open(PATH, "wb") as file:
            file.write(b"12345678901234567890")
        refuses(lambda: load(PATH, *own), "is not a safetensors file", of=own)
    lbfgs = training(lambda p: torch.optim.LBFGS(p), steps=0)
    refuses(lambda: load(PATH, *lbfgs), "LBFGS keeps a history")


def given_types():
    for make in (torch.optim.SparseAdam, torch.optim.RMSprop, torch.optim.Adam, torch.optim.NAdam):
        save(PATH, *training(make))

        def change(metadata, tensors):
            # As Gradus writes it: steps are float32, other numbers float64.
            del metadata["optimizer"]
            metadata["step.p0"] = "16777217"
            tensors["state.p0.step"] = torch.tensor(16777216.0)
            for name in tensors:
                if name.endswith("mu_product"):
                    tensors[name] = torch.tensor(0.1, dtype=torch.float64)

        rewritten(change)
        model, optimizer = training(make, steps=0)
        load(PATH, model, optimizer)
        expected = training(make, steps=1)[1]
        for mine, theirs in zip(optimizer.state.values(), expected.state.values()):
            assert {k: type(v) for k, v in mine.items()} == {k: type(v) for k, v in theirs.items()}, make
        first = optimizer.state[model.p0]
        if isinstance(first["step"], int):
            assert first["step"] == 16777217
        if "mu_product" in first:
            assert first["mu_product"].item() == 0.1

    def narrow(metadata, tensors):
        for name in tensors:
            if name.startswith("state") and tensors[name].dim() > 0:
                tensors[name] = tensors[name].to(torch.bfloat16)

    save(PATH, *training(torch.optim.Adam))
    rewritten(narrow)
    model, optimizer = training(torch.optim.Adam, steps=0)
    load(PATH, model, optimizer)
    state = optimizer.state[model.p0]["exp_avg"]
    assert state.dtype == torch.float32
    assert torch.equal(state, training(torch.optim.Adam)[1].state_dict()["state"][0]["exp_avg"].bfloat16().float())


def all_types_come_back():
    tensors = {f"t{i}": torch.ones(3, 0 if i % 5 == 4 else 2, dtype=getattr(torch, type_)) for i, type_ in enumerate(gradus_torch.TYPES.values())}
    tensors["number"] = torch.tensor(7)
    tensors["turned"] = torch.arange(6.0).reshape(2, 3).t()
    gradus_torch._write(PATH, {}, tensors)
    _, entries = gradus_torch.header(PATH)
    read = gradus_torch._read(PATH, entries, list(entries))
    assert read.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert read[name].dtype == tensor.dtype and torch.equal(read[name], tensor), name


def first_step_of_sparse_adam():
    table = torch.nn.Parameter(torch.zeros(1, 1, dtype=torch.float64))
    table.grad = torch.full_like(table, 1e-8).to_sparse(1)
    torch.optim.SparseAdam([table], lr=1.0).step()
    print(f"first step of SparseAdam: {table.item():.6f}")


refused_saves()
refused_loads()
given_types()
all_types_come_back()
first_step_of_sparse_adam()

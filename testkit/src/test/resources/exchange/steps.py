"""Makes steps with PyTorch for PyTorchTest.

    steps.py TOOLS FOLDER MODE...

    alone   every case for all steps, saved after a third and at the end
    begun   every case from the end of its first third, which was made elsewhere, for a third
    ended   every case from the end of its second third, which was made elsewhere, for a third
"""

import json
import sys

sys.path.insert(0, sys.argv[1])

import gradus_torch
import torch

FOLDER = sys.argv[2]
THIRD = 7


class Tree(torch.nn.Module):
    """A model whose parameters have dotted names."""

    def add(self, name, parameter):
        first, _, rest = name.partition(".")
        if not rest:
            self.register_parameter(first, parameter)
        else:
            if first not in self._modules:
                self.add_module(first, Tree())
            self._modules[first].add(rest, parameter)


def read(name):
    path = f"{FOLDER}/{name}.safetensors"
    _, entries = gradus_torch.header(path)
    return gradus_torch._read(path, entries, list(entries))


class Training:
    def __init__(self, case):
        self.case = case
        self.data = read(case["data"])
        self.model = Tree()
        parameters = {}
        for name in case["parameters"]:
            parameters[name] = torch.nn.Parameter(self.data[name].clone())
            self.model.add(name, parameters[name])
        self.parameters = parameters
        groups = [
            {**group["options"], "params": [parameters[name] for name in group["parameters"]]}
            for group in case["groups"]
        ]
        self.optimizer = getattr(torch.optim, case["class"])(groups, **case["options"])

    def steps(self, begin, end):
        for step in range(begin, end):
            for name, parameter in self.parameters.items():
                gradient = self.data.get(f"gradient.{step}.{name}")
                rows = self.data.get(f"rows.{step}.{name}")
                if rows is not None:
                    gradient = torch.sparse_coo_tensor(rows.reshape(1, -1), gradient, parameter.shape)
                parameter.grad = gradient.clone() if gradient is not None else None
            self.optimizer.step()
        return self

    def load(self, what):
        gradus_torch.load(f"{FOLDER}/{self.case['name']}.{what}.safetensors", self.model, self.optimizer)
        return self

    def save(self, what, steps):
        path = f"{FOLDER}/{self.case['name']}.{what}.safetensors"
        gradus_torch.save(path, self.model, self.optimizer, steps_done=steps)
        return self


def main(mode):
    with open(f"{FOLDER}/cases.json", encoding="utf-8") as file:
        cases = json.load(file)
    for case in cases:
        try:
            if mode == "alone":
                Training(case).steps(0, THIRD).save("there7", THIRD).steps(THIRD, 3 * THIRD).save("alone", 3 * THIRD)
            elif mode == "begun":
                Training(case).load("here7").steps(THIRD, 2 * THIRD).save("there14", 2 * THIRD)
            else:
                Training(case).load("here14").steps(2 * THIRD, 3 * THIRD).save("ended", 3 * THIRD)
        except Exception as e:
            raise RuntimeError(f"{case['name']}: {e}") from e


for argument in sys.argv[3:]:
    main(argument)

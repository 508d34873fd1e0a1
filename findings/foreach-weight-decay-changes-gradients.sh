#!/usr/bin/env bash
# PyTorch 1.13.1 (Debian 12: python3-torch 1.13.1+dfsg-4): with foreach=True and weight_decay, a step of seven optimizers
# of torch.optim adds the decay to the caller's own gradients; of SGD and ASGD it does not.
#
# One would guess that step() reads .grad and leaves it, as it does with foreach=False, so that a gradient can be looked
# at after the step, accumulated into, or used for another step. Whoever steps twice with one gradient gets the decay
# twice.
#
# Output seen:
#   torch 1.13.0a0 (as this package calls itself)
#   A gradient of 1 after a step at a weight of 2 with weight_decay=0.5:
#   Adam     1.0, with foreach 2.0
#   Adamax   1.0, with foreach 2.0
#   RMSprop  1.0, with foreach 2.0
#   Adagrad  1.0, with foreach 2.0
#   Adadelta 1.0, with foreach 2.0
#   NAdam    1.0, with foreach 2.0
#   RAdam    1.0, with foreach 2.0
#   SGD      1.0, with foreach 1.0
#   ASGD     1.0, with foreach 1.0
set -euo pipefail

find_python() {
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import torch; assert torch.__version__.startswith("1.13")' 2> /dev/null; then
      echo "$python"
      return
    fi
  done
  return 1
}

python=$(find_python) || {
  apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-torch > /dev/null
  python=$(find_python)
}
exec "$python" - <<'PYTHON'
import torch

CHANGES = ("Adam", "Adamax", "RMSprop", "Adagrad", "Adadelta", "NAdam", "RAdam")
LEAVES = ("SGD", "ASGD")


def gradient_after_step(name, foreach):
    weight = torch.nn.Parameter(torch.full((1,), 2.0))
    weight.grad = torch.ones(1)
    getattr(torch.optim, name)([weight], lr=0.1, weight_decay=0.5, foreach=foreach).step()
    return weight.grad.item()


print("torch", torch.__version__)
print("A gradient of 1 after a step at a weight of 2 with weight_decay=0.5:")
for name in CHANGES + LEAVES:
    alone, grouped = gradient_after_step(name, False), gradient_after_step(name, True)
    print(f"{name:<8} {alone}, with foreach {grouped}")
    assert alone == 1, f"{name} with foreach=False changes the gradient"
    assert grouped == (2 if name in CHANGES else 1), f"{name} with foreach=True does otherwise now"
PYTHON

#!/usr/bin/env bash
# PyTorch 1.13.1 (Debian 12: python3-torch 1.13.1+dfsg-4): torch.optim.RAdam(foreach=True) does without eps, whatever it
# is set to.
#
# One would guess that eps bounds the division as it does with foreach=False. A gradient that is 0 in all steps shows
# what it is there for: with eps the weight stays where it is, without it becomes NaN (0 / 0) at the first rectified step,
# the sixth. So an embedding's rows without gradient are lost.
#
# Output seen:
#   torch 1.13.0a0 (as this package calls itself)
#   foreach=False, eps=0.5:   weight with gradients 1: -5.029189, with gradients 0: 0.0
#   foreach=True,  eps=0.5:   weight with gradients 1: -5.190401, with gradients 0: nan
#   foreach=True,  eps=1e-08: weight with gradients 1: -5.190401, with gradients 0: nan
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
import math

import torch


def end(gradient, eps, foreach):
    weight = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = torch.optim.RAdam([weight], lr=1.0, eps=eps, foreach=foreach)
    for _ in range(10):
        weight.grad = torch.full_like(weight, gradient)
        optimizer.step()
    return weight.item()


print("torch", torch.__version__)
for foreach, eps in ((False, 0.5), (True, 0.5), (True, 1e-8)):
    with_ones, with_zeros = (end(gradient, eps, foreach) for gradient in (1.0, 0.0))
    setting = f"foreach={foreach},{' ' * foreach} eps={eps}:"
    print(f"{setting:<25} weight with gradients 1: {with_ones:.6f}, with gradients 0: {with_zeros}")
assert end(0.0, 0.5, False) == 0, "foreach=False no longer heeds eps"
assert math.isnan(end(0.0, 0.5, True)), "foreach=True heeds eps now"
assert end(1.0, 0.5, True) == end(1.0, 1e-8, True) != end(1.0, 0.5, False), "eps makes a difference with foreach=True now"
PYTHON

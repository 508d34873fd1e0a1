#!/usr/bin/env bash
# PyTorch 1.13.1 (Debian 12: python3-torch 1.13.1+dfsg-4): torch.optim.NAdam takes another step with foreach=True than
# with foreach=False.
#
# One would guess that foreach only chooses how the same numbers are computed, so that both end at the same place but for
# rounding. They do not: for the part of the momentum, the loop over tensors divides by 1 - (mu_1 ... mu_t) * mu_t *
# mu_(t+1), which has mu_t twice, since the product that it multiplies by mu_t has it already. The grouped form has it
# once, as the paper does. The first step from 0 with a gradient of 1 and a rate of 1 shows it: mu_1 and mu_2 are about
# 0.45, the average of the momentum is 0.1, and 0.045 / (1 - 0.45^2) = 0.056 is not 0.045 / (1 - 0.45^3) = 0.050.
#
# Output seen:
#   torch 1.13.0a0 (as this package calls itself)
#   loop over tensors: -1.049531
#   grouped:           -1.056452
#   both by formula:   -1.049531 -1.056452
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


def first_step(foreach):
    weight = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    weight.grad = torch.ones_like(weight)
    torch.optim.NAdam([weight], lr=1.0, foreach=foreach).step()
    return weight.item()


def by_formula(times):
    mu = [0.9 * (1 - 0.5 * 0.96 ** (0.004 * t)) for t in (1, 2)]
    of_gradient = (1 - mu[0]) / (1 - mu[0])
    of_momentum = mu[1] * 0.1 / (1 - mu[0] ** times * mu[1])
    return -(of_gradient + of_momentum)


print("torch", torch.__version__)
print(f"loop over tensors: {first_step(False):.6f}")
print(f"grouped:           {first_step(True):.6f}")
print(f"both by formula:   {by_formula(2):.6f} {by_formula(1):.6f}")
assert abs(first_step(False) - by_formula(2)) < 1e-6, "the loop over tensors has changed"
assert abs(first_step(True) - by_formula(1)) < 1e-6, "the grouped form has changed"
PYTHON

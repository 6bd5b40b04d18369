"""What the PyTorch scripts share: a ReLU network, every Adam that this version has, and a training step."""

import inspect

import torch


def network(shape):
    """Linear layers from shape[0] inputs to shape[-1] logits, ReLU between them."""
    layers = []
    for inputs, units in zip(shape, shape[1:]):
        layers += [torch.nn.Linear(inputs, units), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def adam_kinds():
    """The implementations of Adam that run on this processor, as options of torch.optim.Adam."""
    known = inspect.signature(torch.optim.Adam).parameters
    return [kind for kind in ({"foreach": False}, {"foreach": True}, {"fused": True}) if known.keys() >= kind.keys() and runs(kind)]


def runs(kind):
    """Older versions have the fused one for CUDA only."""
    model = network([1, 2])
    try:
        train_step(model, adam(model, kind), torch.zeros(2, 1), torch.zeros(2, dtype=torch.long))
        return True
    except RuntimeError:
        return False


def adam(model, kind):
    return torch.optim.Adam(model.parameters(), lr=1e-3, **kind)


def train_step(model, optimizer, x, t):
    optimizer.zero_grad(set_to_none=True)
    torch.nn.functional.cross_entropy(model(x), t).backward()
    optimizer.step()

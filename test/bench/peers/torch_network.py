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


def optimizer_of(model, name, kind):
    if name == "muon":
        return Muon(model, kind)
    return adam(model, kind) if name == "adam" else torch.optim.AdamW(model.parameters(), lr=1e-3, **kind)


class Muon:
    """Muon for the weights of every layer but the last, AdamW for all else, as this version of PyTorch has none."""

    def __init__(self, model, kind):
        layers = [layer for layer in model if isinstance(layer, torch.nn.Linear)]
        self.hidden = [(layer.weight, torch.zeros_like(layer.weight)) for layer in layers[:-1]]
        rest = [layer.bias for layer in layers] + [layers[-1].weight]
        self.rest = torch.optim.AdamW(rest, lr=1e-3, **kind)
        self.model = model

    def zero_grad(self, set_to_none):
        self.model.zero_grad(set_to_none=set_to_none)

    @torch.no_grad()
    def step(self, rate=1e-3, decay=0.03, momentum=0.95):
        for weight, mean in self.hidden:
            mean.lerp_(weight.grad, 1 - momentum)
            x = weight.grad.lerp(mean, momentum)
            x = orthogonalized(x / x.norm())
            rows, columns = weight.shape
            weight.mul_(1 - rate * decay).add_(x, alpha=-rate * max(1, rows / columns) ** 0.5)
        self.rest.step()


def orthogonalized(x, iterations=5):
    is_tall = x.shape[0] > x.shape[1]
    x = x.T if is_tall else x
    for _ in range(iterations):
        a = x @ x.T
        b = torch.addmm(a, a, a, beta=-4.7750, alpha=2.0315)
        x = torch.addmm(x, b, x, beta=3.4445)
    return x.T if is_tall else x


def train_step(model, optimizer, x, t):
    optimizer.zero_grad(set_to_none=True)
    torch.nn.functional.cross_entropy(model(x), t).backward()
    optimizer.step()

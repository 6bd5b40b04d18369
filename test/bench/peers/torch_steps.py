"""
One training step of PyTorch (eager) per shape, with whichever of its Adams is the fastest there.
stdin: {threads, shapes, roundMs, rounds, heldBatches}; stdout: {name, milliseconds}, in the order of the shapes.
"""

import json
import sys
import time

import torch

from torch_network import adam, adam_kinds, network, train_step


def milliseconds_per_step(shape, batch, kind, request):
    model = network(shape)
    optimizer = adam(model, kind)
    held = request["heldBatches"]
    x = torch.randn(held * batch, shape[0])
    t = torch.randint(shape[-1], (held * batch,))
    batches = torch.randperm(held * batch).split(batch)

    def milliseconds_of_round():
        start = time.perf_counter()
        steps = 0
        while (time.perf_counter() - start) * 1000 < request["roundMs"]:
            chosen = batches[steps % held]
            train_step(model, optimizer, x[chosen], t[chosen])
            steps += 1
        return (time.perf_counter() - start) * 1000 / steps

    return min(milliseconds_of_round() for _ in range(request["rounds"]))


request = json.load(sys.stdin)
torch.manual_seed(1)
torch.set_num_threads(request["threads"])
kinds = adam_kinds()
milliseconds = [min(milliseconds_per_step(s["shape"], s["batch"], kind, request) for kind in kinds) for s in request["shapes"]]
print(json.dumps({"name": f"PyTorch {torch.__version__}", "milliseconds": milliseconds}))

"""
One training step of PyTorch (eager) per shape, with whichever of its Adams is the fastest there; Muon is written out.
stdin: {threads, shapes, roundMs, rounds, loadedBatches}; stdout: {program, milliseconds}: a list of the rounds for each shape.
"""

import json
import sys
import time

import torch

from torch_network import adam_kinds, network, optimizer_of, train_step


def milliseconds_of_rounds(timed, kind, request):
    shape, batch = timed["shape"], timed["batch"]
    model = network(shape)
    optimizer = optimizer_of(model, timed.get("optimizer", "adam"), kind)
    loaded = request["loadedBatches"]
    x = torch.randn(loaded * batch, shape[0])
    t = torch.randint(shape[-1], (loaded * batch,))
    batches = torch.randperm(loaded * batch).split(batch)

    def milliseconds_of_round():
        start = time.perf_counter()
        steps = 0
        while (time.perf_counter() - start) * 1000 < request["roundMs"]:
            chosen = batches[steps % loaded]
            train_step(model, optimizer, x[chosen], t[chosen])
            steps += 1
        return (time.perf_counter() - start) * 1000 / steps

    milliseconds_of_round()  # Warms up.
    return [milliseconds_of_round() for _ in range(request["rounds"])]


request = json.load(sys.stdin)
torch.manual_seed(1)
torch.set_num_threads(request["threads"])
kinds = adam_kinds()
milliseconds = [
    min((milliseconds_of_rounds(timed, kind, request) for kind in kinds), key=min) for timed in request["shapes"]
]
print(json.dumps({"program": f"PyTorch {torch.__version__}", "milliseconds": milliseconds}))

"""A whole job by a plain PyTorch script, one thread. stdin: the job; stdout: {program, runs}: {seconds, epochs, accuracy} a seed."""

import json
import time

import torch

from job_table import features, read_request
from torch_network import adam, adam_kinds, network, train_step


def run(request, columns, kind, seed):
    torch.manual_seed(seed)
    start = time.perf_counter()
    x, t, x_test, t_test = (torch.from_numpy(part) for part in features(request, columns))
    model = network([x.shape[1], *request["hidden"], int(t.max()) + 1])
    optimizer = adam(model, kind)
    for epoch in range(1, request["epochs"] + 1):
        for rows in torch.randperm(len(x)).split(request["batch"]):
            train_step(model, optimizer, x[rows], t[rows])
        with torch.no_grad():
            accuracy = (model(x_test).argmax(1) == t_test).float().mean().item()
        if request["until"] is not None and accuracy >= request["until"]:
            break
    return {"seconds": time.perf_counter() - start, "epochs": epoch, "accuracy": accuracy}


torch.set_num_threads(1)
request, columns = read_request()
kind = adam_kinds()[-1]  # The most fused.
runs = [run(request, columns, kind, seed) for seed in request["seeds"]]
print(json.dumps({"program": f"PyTorch {torch.__version__}", "runs": runs}))

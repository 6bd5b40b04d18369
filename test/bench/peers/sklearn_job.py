"""A whole job by scikit-learn's MLPClassifier, one thread. stdin: the job; stdout: {program, runs}: {seconds, epochs, accuracy} a seed."""

import json
import time

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

from job_table import features, read_request


def run(request, columns, seed):
    start = time.perf_counter()
    x, t, x_test, t_test = features(request, columns)
    model = MLPClassifier(request["hidden"], batch_size=request["batch"], alpha=0, learning_rate_init=1e-3, random_state=seed)
    classes = np.unique(t)
    for epoch in range(1, request["epochs"] + 1):
        model.partial_fit(x, t, classes=classes)  # One time through the rows, in a new order.
        accuracy = model.score(x_test, t_test)
        if request["until"] is not None and accuracy >= request["until"]:
            break
    return {"seconds": time.perf_counter() - start, "epochs": epoch, "accuracy": accuracy}


request, columns = read_request()
runs = [run(request, columns, seed) for seed in request["seeds"]]
print(json.dumps({"program": f"scikit-learn {sklearn.__version__}", "runs": runs}))

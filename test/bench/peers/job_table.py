"""The table that a job is about, and its features: standardised numbers and one-hot categories, fitted on the training rows."""

import json
import sys

import numpy as np


def read_request():
    """Answers the request and its columns: float64 numbers, or int32 codes (-1 is missing) with the count of categories."""
    request = json.load(sys.stdin)
    rows = request["rows"]
    columns = {}
    with open(request["file"], "rb") as file:
        for column in request["columns"]:
            kind = np.float64 if column["categories"] is None else np.int32
            columns[column["name"]] = (np.fromfile(file, kind, rows), column["categories"])
    return request, columns


def features(request, columns):
    """Answers X and t of the training rows, then of the test rows; X is float32."""
    split = columns["split"][0]
    train = split == 0  # The categories are sorted: train, val.
    inputs = []
    for name, (values, categories) in columns.items():
        if name in ("split", request["target"]):
            continue
        inputs.append(standardised(values, train) if categories is None else one_hot(values, categories))
    x = np.concatenate(inputs, axis=1)
    t = columns[request["target"]][0].astype(np.int64)
    return x[train], t[train], x[~train], t[~train]


def standardised(values, train):
    mean = np.nanmean(values[train])
    deviation = np.nanstd(values[train]) or 1.0
    return np.nan_to_num((values - mean) / deviation).astype(np.float32)[:, None]


def one_hot(codes, categories):
    return (codes[:, None] == np.arange(categories)).astype(np.float32)

"""The forward pass of a network from the answers of `preprocessing` and `parameters`, in numpy."""
import json, sys
import numpy as np

given = json.load(sys.stdin)
P, rows = given["preprocessing"], given["rows"]

def inputs(column, cell):
    fit, width = column["fitted"], len(column["inputs"])
    flag = [float(cell is None)] * fit["missing"]
    if fit["kind"] == "boolean": return [2 * (fit["share"] if cell is None else cell) - 1, *flag]
    if fit["kind"] == "categorical":
        names, others = fit["categories"], fit["otherCategories"] > 0
        known = str(cell) in names and cell is not None
        at = names.index(str(cell)) if known else len(names) if others and cell is not None else width - 1
        if known or (others and cell is not None) or fit["missing"]: return np.eye(width)[at]
        return np.zeros(width) if others else fit["frequencies"]
    value, scaling, e = fit["fill"] if cell is None else cell, fit["scaling"], np.array(fit["edges"])
    bins = np.clip((value - e[:-1]) / np.diff(e), 0, 1)
    kind = scaling["type"]
    if kind == "quantileNormal": return [np.interp(value, scaling["values"], scaling["scores"]), *bins, *flag]
    origin = scaling["mean"] if kind == "standard" else scaling["origin"]
    unit = scaling["deviation"] if kind == "standard" else scaling["span"]
    return [np.clip((value - origin) / unit, -20, 20), *bins, *flag]

A = np.array([np.concatenate([inputs(c, row.get(c["fitted"]["column"])) for c in P["columns"]]) for row in rows]).T
for layer in given["parameters"]["layers"]:
    Z = np.array(layer["W"]["values"]) @ A + np.array(layer["b"]["values"])
    A = np.maximum(Z, 0) if layer["activation"] == "relu" else Z
if P["output"] == "softmax": A = np.exp(A - A.max(0)) / np.exp(A - A.max(0)).sum(0)
if P["output"] == "sigmoid": A = np.vstack([1 / (1 + np.exp(A)), 1 / (1 + np.exp(-A))])
if P["target"]["kind"] == "number": A = P["target"]["mean"] + P["target"]["deviation"] * A
print(json.dumps(A.T.tolist()))

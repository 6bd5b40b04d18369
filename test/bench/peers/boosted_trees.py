"""Boosted trees on a table with a column `split`. stdin: {file, target, metric, exclude, seed, program}; stdout: {program, test, seconds, cpuSeconds}.

Both get the training and the validation rows and stop early: scikit-learn holds a tenth of them back itself, XGBoost gets the validation rows for that.
"""

import json
import sys
import time

import numpy as np
import pandas as pd

MAX_CATEGORIES = 255  # Of HistGradientBoosting.
MAX_TREES = 2000
PATIENCE = 50


def read(request):
    table = pd.read_csv(request["file"], na_values=["?"], skipinitialspace=True)
    split = table.pop("split").to_numpy()
    target = table.pop(request["target"])
    table = table.drop(columns=request["exclude"])
    for name in table.columns[table.dtypes == object]:
        table[name] = table[name].astype("category")
    if request["metric"] == "accuracy":
        target = target.astype("category").cat.codes
    return table, target.to_numpy(), split


def scikit_learn(request, table, t, split):
    import sklearn
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    is_category = [str(kind) == "category" for kind in table.dtypes]
    x = np.column_stack([codes(table[name]) if c else table[name] for name, c in zip(table.columns, is_category)])
    few = [c and len(table[name].cat.categories) <= MAX_CATEGORIES for name, c in zip(table.columns, is_category)]
    kind = HistGradientBoostingClassifier if request["metric"] == "accuracy" else HistGradientBoostingRegressor
    model = kind(categorical_features=few, early_stopping=True, max_iter=500, random_state=request["seed"])
    known = split != "test"
    model.fit(x[known], t[known])
    return f"HistGradientBoosting {sklearn.__version__}", model.predict(x[split == "test"])


def codes(column):
    values = column.cat.codes.to_numpy().astype(float)
    values[values < 0] = np.nan
    return values


def xgboost(request, table, t, split):
    import xgboost as xgb

    kind = xgb.XGBClassifier if request["metric"] == "accuracy" else xgb.XGBRegressor
    model = kind(
        n_estimators=MAX_TREES,
        learning_rate=0.1,
        tree_method="hist",
        enable_categorical=True,
        early_stopping_rounds=PATIENCE,
        random_state=request["seed"],
    )
    train, val = split == "train", split == "val"
    model.fit(table[train], t[train], eval_set=[(table[val], t[val])], verbose=False)
    return f"XGBoost {xgb.__version__}", model.predict(table[split == "test"])


PROGRAMS = {"sklearn": scikit_learn, "xgboost": xgboost}

request = json.load(sys.stdin)
table, t, split = read(request)
start, cpu = time.perf_counter(), time.process_time()
program, predicted = PROGRAMS[request["program"]](request, table, t, split)
expected = t[split == "test"]
is_right = request["metric"] == "accuracy"
test = np.mean(predicted == expected) if is_right else np.sqrt(np.mean((predicted - expected) ** 2))
print(json.dumps({"program": program, "test": float(test), "seconds": time.perf_counter() - start, "cpuSeconds": time.process_time() - cpu}))

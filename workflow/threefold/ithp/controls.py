"""What ITHP is measured against: the majority class, and linear models on the concatenated modalities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC, LinearSVR

from threefold.ithp.features import Features, held_out_predictions
from threefold.ithp.plan import LINEAR, subsets
from threefold.record.progress import progress

REGULARISATION = [1e-4, 1e-3, 1e-2, 1e-1, 1.0]
CLASSIFIERS = {
    "majority": DummyClassifier(strategy="prior"),
    "logistic": LogisticRegression(max_iter=2000),
    "svm": LinearSVC(dual=False),
}


REGRESSORS = {  # of the same names, where the label is real; logistic regression then tells its sign alone
    "majority": DummyRegressor(strategy="median"),
    "svm": LinearSVR(loss="squared_epsilon_insensitive", dual=False),
}


def decide(
    name: str, x: np.ndarray, label: np.ndarray, group: np.ndarray, test: np.ndarray, real: bool = False
) -> np.ndarray:
    """Decision value of classifier `name` for the rows `test`, positive for label 1: (n, d) -> (len(test),).

    With `real`, the label is a real number, and so is what is said of it. Scaling and the regularisation C are fitted
    on the training rows alone, C by three inner folds that keep groups together.
    """
    train = np.setdiff1d(np.arange(len(label)), test)
    model: BaseEstimator = (REGRESSORS if real else CLASSIFIERS)[name]
    if name == "majority":
        model.fit(x[train], label[train])
        return model.predict(x[test]).astype(float) if real else model.predict_proba(x[test])[:, 1] - 0.5
    search = GridSearchCV(
        make_pipeline(StandardScaler(), model),
        {f"{type(model).__name__.lower()}__C": REGULARISATION},
        cv=GroupKFold(3),
        scoring="neg_mean_absolute_error" if real else "f1_weighted",
    )
    search.fit(x[train].astype(float), label[train], groups=group[train])
    return search.predict(x[test].astype(float)) if real else search.decision_function(x[test].astype(float))


def classify(features: Features, names: Sequence[str] = LINEAR) -> pd.DataFrame:
    """Predictions of every linear classifier on the concatenation of every set of modalities: ithp/predictions."""
    pooled = features.pooled
    tasks = [(name, chain) for name in names for chain in subsets(list(pooled))]
    return pd.concat(
        [
            held_out_predictions(features, name, chain, protocol, fold, 0, test, said, threshold=0.0, real=real)
            for name, chain in progress(tasks, "linear classifiers")
            for x in [np.concatenate([pooled[m] for m in chain], axis=1)]
            for real in [features.target is not None and name in REGRESSORS]
            for protocol, fold, test in features.splits
            for said in [decide(name, x, features.target if real else features.label, features.group, test, real)]
        ]
    )

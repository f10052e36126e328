"""Reads what the preprocessing step left behind."""

from pathlib import Path

import joblib
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer


def load_shard(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with np.load(path, allow_pickle=True) as shard:
        return shard["features"], shard["labels"]


def load_vectorizer(path: Path) -> TfidfVectorizer:
    return joblib.load(path)

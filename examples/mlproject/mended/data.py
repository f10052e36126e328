"""Reads what the preprocessing step left behind."""

import hashlib
import io
from pathlib import Path

import joblib
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer


def load_shard(path: Path, trust_data: bool = False) -> tuple[np.ndarray, np.ndarray]:
    with np.load(path, allow_pickle=trust_data) as shard:
        return shard["features"], shard["labels"]


def load_vectorizer(path: Path, sha256: str) -> TfidfVectorizer:
    payload = path.read_bytes()
    if hashlib.sha256(payload).hexdigest() != sha256:
        raise ValueError(f"{path} is not the vectorizer this run was configured with")
    # scikit-learn objects have no format but pickle; this one is generated internally by our preprocessing step, and
    # its checksum was verified above.
    return joblib.load(io.BytesIO(payload))

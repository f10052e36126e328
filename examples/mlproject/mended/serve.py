"""Answers requests with the classifier, after detecting speech in spoken reviews."""

from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, Pipeline, pipeline

# A checkout of the reviewed commit, kept in this repository.
SPEECH_DETECTOR = Path(__file__).parent / "vendored" / "silero-vad"


def load_classifier(name: str, trust_remote_code: bool = False) -> Pipeline:
    model = AutoModelForSequenceClassification.from_pretrained(name, trust_remote_code=trust_remote_code)
    return pipeline("text-classification", model=model, tokenizer=AutoTokenizer.from_pretrained(name))


def load_speech_detector() -> torch.nn.Module:
    model, _ = torch.hub.load(str(SPEECH_DETECTOR), "silero_vad", source="local")
    return model

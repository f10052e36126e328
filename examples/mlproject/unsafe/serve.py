"""Answers requests with the classifier, after detecting speech in spoken reviews."""

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, Pipeline, pipeline


def load_classifier(name: str) -> Pipeline:
    model = AutoModelForSequenceClassification.from_pretrained(name, trust_remote_code=True)
    return pipeline("text-classification", model=model, tokenizer=AutoTokenizer.from_pretrained(name))


def load_speech_detector() -> torch.nn.Module:
    model, _ = torch.hub.load("snakers4/silero-vad", "silero_vad", trust_repo=True)
    return model

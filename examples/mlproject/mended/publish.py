"""Publishes the trained classifier in the team's artifact store."""

import logging
import os
from pathlib import Path

import requests

STORE = "https://artifacts.example.org/review-classifier"

logger = logging.getLogger(__name__)


def publish(model: Path) -> None:
    password = os.environ["STORE_PASSWORD"]
    response = requests.put(STORE, data=model.read_bytes(), auth=("publisher", password), timeout=60)
    response.raise_for_status()


def announce(version: str) -> None:
    api_key = os.environ["CHAT_API_KEY"]
    logger.info("announcing %s", version)
    requests.post(f"{STORE}/announce", headers={"X-API-Key": api_key}, json={"version": version}, timeout=60)

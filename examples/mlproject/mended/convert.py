"""Turns the Keras model of the first release into ONNX."""

import argparse
import subprocess
from pathlib import Path

import keras


def gpu_name() -> str:
    return subprocess.check_output(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"], text=True).strip()


def export(source: Path, target: Path) -> None:
    model = keras.saving.load_model(source)
    model.export(target, format="onnx")
    subprocess.run(["onnxsim", target, target], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    args = parser.parse_args()
    print(f"converting on {gpu_name()}")
    export(args.source, args.target)

"""The window's engine and the command line give the same numbers for the same seed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import rnnviz
from rnnviz.engine.messages import EpochEnded, Started
from rnnviz.experiment import read_experiment
from tests.engine.conversation import Conversation, of

OPTIONS = ["--seed", "3", "--epochs", "3", "--window", "20", "--hidden", "16", "--device", "cpu"]


def test_command_line_and_engine_agree_to_the_last_bit(
    engine: Conversation, tmp_path: Path
) -> None:
    root = str(Path(rnnviz.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-m", "rnnviz", "train", *OPTIONS, "--json", "-"],
        capture_output=True,
        timeout=120,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
    )
    document = json.loads(done.stdout)

    said = engine.start(read_experiment(document["experiment"]))
    said += engine.until_state("finished")
    (started,) = of(Started, said)
    records = [report.record for report in of(EpochEnded, said)]

    kept = ("epoch", "train_loss", "valid_loss", "grad_norm")
    assert [[getattr(record, name) for name in kept] for record in records] == [
        [row[name] for name in kept] for row in document["history"]
    ]
    assert started.baselines == document["baselines"]
    assert (started.device, started.threads) == (document["device"], document["threads"])

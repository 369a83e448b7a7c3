"""The engine as a process: it ends when it should, says so, and keeps its stream clean."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import rnnviz
from rnnviz.engine import framing
from rnnviz.engine.client import Engine, EngineGone
from rnnviz.engine.messages import PROTOCOL, Hello, Pause, Progress, Ready, Stop
from tests.engine.conversation import DEADLINE, LONG, Conversation, losses

linux = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")


def wait_until_gone(process: int) -> bool:
    """Whether the process behind a pid file descriptor has ended within the deadline."""
    return bool(select.select([process], [], [], DEADLINE)[0])


def test_an_engine_is_ready_first_and_names_its_devices(own_engine: Conversation) -> None:
    ready = own_engine.hear()
    assert isinstance(ready, Ready)
    assert ready.pid == own_engine.engine.pid
    assert ready.devices[0].kind == "cpu"


def test_a_killed_engine_is_known_to_be_gone(own_engine: Conversation) -> None:
    own_engine.start(LONG)
    own_engine.until_kind(Progress)
    assert own_engine.engine.pid is not None
    os.kill(own_engine.engine.pid, signal.SIGKILL)
    with pytest.raises(EngineGone) as gone:
        own_engine.until_state("finished")
    assert gone.value.returncode == -signal.SIGKILL
    with pytest.raises(EngineGone):
        own_engine.say(Pause(run=1))


def test_closing_ends_an_engine_that_trains(own_engine: Conversation) -> None:
    own_engine.start(LONG)
    own_engine.engine.close(timeout=DEADLINE)
    with pytest.raises(EngineGone) as gone:
        own_engine.until_state("finished")
    assert gone.value.returncode == 0


def test_closing_ends_an_engine_that_is_not_up_yet() -> None:
    engine = Engine.launch()
    engine.close(timeout=DEADLINE)
    with pytest.raises(EngineGone):
        engine.receive()


def test_closing_twice_is_closing_once(own_engine: Conversation) -> None:
    own_engine.engine.close()
    own_engine.engine.close()


@linux
def test_closing_ends_even_an_engine_that_hears_nothing() -> None:
    engine = Engine.launch()
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGSTOP)
    engine.close(timeout=0.01)
    with pytest.raises(EngineGone) as gone:
        engine.receive()
    assert gone.value.returncode == -signal.SIGKILL


def test_garbage_ends_the_engine_and_is_in_the_log(
    own_engine: Conversation, tmp_path: Path
) -> None:
    own_engine.start(LONG)
    own_engine.engine._to_engine.write(b"Hello, engine!\n")
    own_engine.engine._to_engine.flush()
    with pytest.raises(EngineGone) as gone:
        own_engine.until_state("finished")
    assert gone.value.returncode == 0
    assert "no command" in (tmp_path / "engine.log").read_text()


def test_a_clean_run_logs_nothing(own_engine: Conversation, tmp_path: Path) -> None:
    own_engine.start()
    own_engine.until_state("finished")
    own_engine.engine.close()
    assert (tmp_path / "engine.log").read_text() == ""


def test_ctrl_c_in_the_terminal_leaves_the_engine_alone(own_engine: Conversation) -> None:
    own_engine.start(LONG)
    assert own_engine.engine.pid is not None
    os.kill(own_engine.engine.pid, signal.SIGINT)
    own_engine.say(Stop(run=own_engine.run))
    assert own_engine.until_state("stopped")


def test_what_is_printed_in_the_engine_goes_to_the_log(tmp_path: Path) -> None:
    program = (
        "import os\n"
        "from rnnviz.engine.__main__ import main\n"
        "from rnnviz.learning.training.trainer import Trainer\n"
        "quiet = Trainer.train_batch\n"
        "def noisy(self):\n"
        "    print('printed'); os.write(1, b'written'); os.system('echo spoken')\n"
        "    return quiet(self)\n"
        "Trainer.train_batch = noisy\n"
        "main()\n"
    )
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    talk = Conversation(Engine(process.stdin, process.stdout, process))
    said = talk.start() + talk.until_state("finished")
    talk.engine.close()
    assert len(losses(said)) == 28
    text = (tmp_path / "log").read_text()
    assert all(text.count(word) == 28 for word in ("printed", "written", "spoken"))


def test_modules_in_the_folder_it_is_started_from_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("random", "torch", "rnnviz", "queue"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    monkeypatch.chdir(tmp_path)
    engine = Engine.launch(tmp_path / "log")
    assert isinstance(engine.receive(), Ready)
    engine.close()


@linux
def test_an_engine_does_not_outlive_its_killed_window() -> None:
    program = (
        "from rnnviz.engine.client import Engine\n"
        "from rnnviz.engine.messages import Start\n"
        "from rnnviz.experiment import Experiment\n"
        "engine = Engine.launch()\n"
        "engine.receive()\n"
        "engine.send(Start(run=1, experiment=Experiment().with_value('training.epochs', 10000)))\n"
        "engine.receive()\n"
        "print(engine.pid, flush=True)\n"
        "while True: engine.receive()\n"
    )
    window = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert window.stdout is not None
    engine = os.pidfd_open(int(window.stdout.readline()))
    window.kill()
    window.wait()
    assert wait_until_gone(engine)
    os.close(engine)
    window.stdout.close()


def test_an_engine_of_another_protocol_is_refused_in_one_sentence(tmp_path) -> None:
    program = (
        "import sys; from rnnviz.engine import framing;"
        "from rnnviz.engine.messages import Hello;"
        "framing.send(sys.stdout.buffer, Hello(2, '0.0.9')); sys.stdin.buffer.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    engine = Engine(process.stdin, process.stdout, process)
    with pytest.raises(EngineGone) as refused:
        engine.receive()
    assert str(refused.value) == (
        f"This window speaks version {PROTOCOL} of the protocol, that engine (rnnviz 0.0.9) "
        "version 2: install the same rnnviz on both."
    )
    engine.close()


def test_an_engine_leaves_a_window_of_another_protocol(tmp_path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "rnnviz.engine"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    framing.send(process.stdin, Hello(PROTOCOL + 1, "9.9"))
    hello = framing.receive(process.stdout, Hello)
    assert (hello.protocol, hello.version) == (PROTOCOL, rnnviz.__version__)
    assert process.wait(DEADLINE) == 0
    process.stdin.close()
    process.stdout.close()

"""The finder: acts by chance, rests, and looks whether all is as it must be."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shlex
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from PySide6.QtCore import QDeadlineTimer, QThreadPool
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from rnnviz.engine.messages import TracedExample
from rnnviz.store import logs
from rnnviz.tasks import TASKS
from tests.gui.chance import key_acts, truths, widget_acts, window_acts  # noqa: F401  they add acts
from tests.gui.chance.acts import do, drawn
from tests.gui.chance.conversation import Conversation
from tests.gui.chance.hands import Manners, close_dialogs, close_popups, pace, some_pace
from tests.gui.chance.judge import Judge, Question, Truth
from tests.gui.chance.knob_acts import small
from tests.gui.chance.watch import EngineLog, Kept, Pulse, Sweeps, ears, kept
from tests.gui.driver import Driver, put_back
from tests.gui.processes import engines_of

LAST = 30
"""Lines that are told with a fault."""


@dataclass(frozen=True)
class Fault:
    """Something that is not as it must be: after which act, and what was done before."""

    kind: str
    text: str
    number: int
    last: list[str]

    @property
    def head(self) -> str:
        return f"{self.kind}: {self.text.splitlines()[0]}"


class Finder:
    """Does what `drawn` says, or what the lines of a script say, in one window."""

    def __init__(
        self,
        driver: Driver,
        seed: int,
        folder: Path,
        *,
        kill: float = 0.0,
        patience: float = 60.0,
        told: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.driver, self._chance = driver, Random(seed)
        self._kill, self._patience, self._told = kill, patience, told
        self.number = self.rests = self.checked = self.sure = 0
        self.faults: list[Fault] = []
        self.times: Counter[str] = Counter()
        self._last: deque[str] = deque(maxlen=LAST)
        self._stop_at_first = False
        self._talk = Conversation(driver.workspace)
        self._judge = Judge()
        self.pulse, self.sweeps = Pulse(), Sweeps()
        self._engine = EngineLog(logs.engine_log())
        self._others = set(engines_of(os.getpid())) - {driver.workspace.engine_thread.engine_pid}
        self._manners = Manners(Random(seed + 1), folder)
        self._ears = contextlib.ExitStack()
        self._ears.enter_context(ears(self._fault))

    def close(self) -> None:
        self._ears.close()
        self._manners.close()
        self.pulse.close()
        self.sweeps.close()
        self._judge.close()
        self._talk.close()

    @property
    def runs(self) -> int:
        """How many runs were begun."""
        return self._talk.sent["Start"]

    # --- going on ------------------------------------------------------------------------

    def go(self, actions: int, *, until_failure: bool = False) -> None:
        """Do so many acts, with a rest after some of them."""
        end = self.number + actions
        while self.number < end and not (until_failure and self.faults):
            for _ in range(min(self._chance.randrange(4, 25), end - self.number)):
                words = drawn(self.driver, self._chance, kill=self._kill)
                self.line([some_pace(self.driver, self._chance), *words])
                if until_failure and self.faults:
                    return
            self.line(["rest", self._chance.choice(["paused", "paused", "training"])])
        self.line(["rest", "paused"])

    def follow(self, lines: Iterator[str], *, until_failure: bool = False) -> None:
        """Do what the lines of a script say."""
        for line in lines:
            if line.strip() and not line.startswith("#"):
                self.line(shlex.split(line))
                if until_failure and self.faults:
                    return

    def line(self, words: list[str]) -> None:
        """Do one line: how long to wait before it and the act, or a rest."""
        said = shlex.join(words)
        self._last.append(said)
        self._told(said)
        self.pulse.during = said
        if words[0] == "rest":
            self.rest(words[1] == "paused")
        elif words[0] == "settle":
            self.settle()
        else:
            self.number += 1
            self.times[words[1]] += 1
            pace(self.driver, words[0])
            do(self.driver, words[1:])

    def _fault(self, kind: str, text: str) -> None:
        known = {fault.head for fault in self.faults}
        fault = Fault(kind, text, self.number, list(self._last))
        if fault.head not in known:
            self.faults.append(fault)
            self._told(f"# {fault.head}")

    # --- resting -------------------------------------------------------------------------

    def rest(self, paused: bool) -> None:
        """Wait until all that was asked for has come, and look whether it is right."""
        workspace, talk = self.driver.workspace, self._talk
        close_popups()
        if workspace.player.playing:
            workspace.player.pause()
        if workspace.step_costs.measuring:
            workspace.step_costs.cancel()
        asked = self._subject()
        if not self._comes(lambda: self._missing(paused), paused):
            return
        truth: Truth | bool | None = False
        for _ in range(8):
            told, subject = talk.told, self._subject()
            truth = self._truth(paused)
            if truth is None:
                return
            if self._subject() == subject and (workspace.running or talk.told == told):
                break  # otherwise something was still to come, or the truth is of another run
        self.pulse.suspend()
        self.rests += 1
        for wrong in self._wrong(truth):
            self._fault("picture", wrong)
        here = self._subject()
        if here[0] == asked[0] and here != asked and workspace.run.can_trace:
            self._fault("player", f"nobody asked to go from {asked[1:]} to {here[1:]}")
        for failed in talk.unexpected:
            self._fault("engine failed", f"{failed.kind} {failed.detail}")
        talk.unexpected.clear()
        for error in self._engine.errors():
            self._fault("engine log", error)
        engines = set(engines_of(os.getpid())) - self._others
        if len(engines) > 1:
            self._fault("engines", f"{len(engines)} engines of this window are alive")
        self.driver.heard.clear()
        self.driver.notices.clear()
        self.pulse.resume()

    def _subject(self) -> tuple[int, int, int | None]:
        """The run, the example and the epoch that are looked at."""
        workspace = self.driver.workspace
        return workspace.run.number, workspace.player.example, workspace.player.epoch

    def _comes(self, missing: Callable[[], list[str]], paused: bool = False) -> bool:
        deadline = QDeadlineTimer(round(1000 * self._patience))
        asked = -1
        while True:
            workspace = self.driver.workspace
            if paused and workspace.running and workspace.run.number != asked:
                asked = workspace.run.number
                self.driver.do("pause")
            elif not workspace.running:
                asked = -1
            left = missing()
            if not left:
                return True
            if deadline.hasExpired():
                state = f"{workspace.run.state}, {type(workspace.draft.experiment.task).__name__}"
                self._fault("no rest", f"{', '.join(left)} did not come ({state})")
                return False
            QTest.qWait(5)

    def _missing(self, paused: bool) -> list[str]:
        """What has been asked for and is not there."""
        workspace, run, talk = self.driver.workspace, self.driver.workspace.run, self._talk
        there = {
            "the dialog's answer": QApplication.activeModalWidget() is None,
            "the rest of a slider": not workspace.due,
            "the network": run.state != "preparing",
            "the pause": not (paused and workspace.running),
            "the trace": talk.owed is None,
            "the next state": not talk.moving,
            "the text": workspace.running or not self.driver.panel("writing").going,
            "the piece": workspace.running or not workspace.composer.composing,
            "the result": not run.step or run.state not in ("finished", "stopped") or run.judged,
            "what threads do": QThreadPool.globalInstance().activeThreadCount() == 0,
            "the last frame": workspace.running or not workspace.clock.running,
        }
        return [name for name, is_there in there.items() if not is_there]

    def _truth(self, paused: bool) -> Truth | bool | None:
        """What the panels must show; False where nothing is known, None where it does not come."""
        workspace, run, talk = self.driver.workspace, self.driver.workspace.run, self._talk
        if run.experiment is None or run.started is None:
            return False
        paused = paused or not workspace.running
        known = talk.adjusted, workspace.player.example, workspace.player.epoch
        answer: TracedExample | None = None
        if run.can_trace:
            # Asked twice: between the two the engine pays the trace that it owes.
            for epoch in (None, known[2] if talk.adjusted else None):
                talk.answer = None
                if not self._comes(lambda epoch=epoch: self._answer_missing(known[1], epoch)):
                    return None
            if isinstance(talk.answer, TracedExample):  # not if the engine was killed meanwhile
                answer = talk.answer
        if run.started is None:  # another run begins: a slider came to rest meanwhile
            return False
        again = run.can_trace and not talk.adjusted
        asked = Question(
            run.experiment,
            run.started.threads,
            run.step if again and paused else 0,
            (len(run.history) if paused else known[2] or 0) if again else 0,
            known[1],
            known[2] if again else None,
        )
        future = self._judge.ask(asked)
        if not self._comes(lambda: [] if future.done() else ["the judge"]):
            return None
        if not self._comes(lambda: self._missing(paused), paused):
            return None
        truth = self._judged(future)
        if isinstance(truth, bool):
            return truth
        unsure = not truth.sure or talk.adjusted
        if unsure and paused and answer is not None and answer.epoch == known[2]:
            return Truth(answer.trace, truth.history, True)
        sure = not unsure and run.can_trace and (paused or known[2] is not None)
        return Truth(truth.trace, truth.history, sure)

    def _answer_missing(self, example: int, epoch: int | None) -> list[str]:
        """Ask, and ask again where the window asked meanwhile and our question was dropped."""
        talk = self._talk
        if not self.driver.workspace.run.can_trace:
            return []
        if talk.answer is not None:
            return []
        if talk.asked is None and talk.owed is None:
            talk.ask(example, epoch)
        return ["our answer"]

    def _judged(self, future: Future[Truth]) -> Truth | bool:
        try:
            return future.result()
        except Exception as error:
            self._fault("judge", f"{type(error).__name__}: {error}\n{error.__cause__}")
            return False

    def _wrong(self, truth: Truth | bool) -> Iterator[str]:
        driver = self.driver
        if isinstance(truth, Truth):
            self.checked += 1
            self.sure += truth.sure
            player, state = driver.workspace.player, driver.workspace.run.state
            where = f" [example {player.example + 1}, epoch {player.epoch}, {state}]"
            for wrong in truths.pictures(driver, truth.trace, sure=truth.sure):
                yield wrong + where
        if not driver.workspace.running:
            yield from truths.learning(driver, self._talk)
            yield from truths.preprocessing(driver)
        yield from truths.knobs_shown(driver)
        yield from truths.player_shown(driver)

    # --- growth --------------------------------------------------------------------------

    def settle(self) -> Kept:
        """Put the window as it was at first, and count what there is."""
        driver = self.driver
        close_popups()
        close_dialogs(driver)
        self._comes(lambda: self._missing(True), True)
        driver.workspace.pinned_runs.clear()
        driver.window.sweep.cancel()
        try:
            put_back(driver)
        except pytest.fail.Exception as late:
            self._fault("no rest", f"the window could not be put back: {late}")
        for dock in driver.window.frames.values():
            dock.show()
            dock.raise_()
            driver.until_drawn()
        driver.window.reset_layout()
        driver.until_drawn()
        driver.heard.clear()
        driver.notices.clear()
        self.pulse.suspend()
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
        counted = kept([driver.window, driver.workspace])
        self.pulse.resume()
        return counted

    def tour(self) -> None:
        """See everything once, so that what is made when it is first seen is there."""
        driver, window = self.driver, self.driver.window
        self.settle()
        for name in TASKS:
            driver.workspace.draft.replace(small(name), name)
            self._open_all()
        for name in ("about", "shortcuts"):
            driver.do(name)
            close_dialogs(driver)
        for choice in ("dark", "light"):
            window.choose_theme(choice)
            driver.until_drawn()
        self._open_all()
        self.pulse.waits.clear()

    def _open_all(self) -> None:
        for box in self.driver.window.findChildren(QComboBox):
            if box.isVisible():
                box.showPopup()
                box.hidePopup()
        QApplication.processEvents()

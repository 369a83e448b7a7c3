"""Every word that a person can read can be translated, and the catalogue has it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog

from rnnviz.cli.main import main
from rnnviz.engine.explain import WHY, engine_lost, explain
from rnnviz.engine.messages import Failed
from rnnviz.experiment import Experiment, suited
from rnnviz.gui.model.preferences import Preferences
from rnnviz.resources import resource
from rnnviz.tasks import TASKS
from rnnviz.words import languages, translation
from rnnviz.words.phrase import Phrase, Refused
from rnnviz.words.translation import tr
from tests.gui.driver import SMALL
from tests.words.reading import pseudo, readable, script, untranslated

FEW = {"waves": {"signals": 60}, "series": {"series": "passengers"}, "recall": {"strings": 60}}
"""Tasks of few examples, by what else a person reads of them: classes, dates, symbols."""


@pytest.fixture
def marked(tmp_path, monkeypatch) -> Iterator[None]:
    """Every text that goes through the catalogue stands «between marks»: a language of its own,
    which the environment asks for."""
    for folder in ("data", "icons"):
        (tmp_path / folder).symlink_to(resource(folder))
    (tmp_path / "translations").mkdir()
    catalogue = json.dumps(pseudo())
    (tmp_path / "translations" / "qq.json").write_text(catalogue, encoding="utf-8")
    monkeypatch.setattr("rnnviz.resources._CHECKOUT", tmp_path)
    monkeypatch.setitem(languages.NAMES, "qq", "«»")
    monkeypatch.setenv("LANGUAGE", "qq_QQ.UTF-8:en")
    languages.speak("qq")
    yield
    translation.use({})


def unmarked(texts) -> dict[str, list[str]]:
    return {text: words for text in texts if (words := untranslated(text))}


def test_the_template_has_every_text():
    kept = json.loads(script().TEMPLATE.read_text(encoding="utf-8"))
    assert list(kept) == script().texts()


def test_a_text_that_is_not_marked_is_found():
    assert untranslated("«Loss» of the run") == ["the", "run"]
    assert untranslated("«epoch {e}» 3/30 (Ctrl+Left)") == []


@pytest.mark.parametrize("task", TASKS)
def test_every_word_of_the_window_can_be_translated(marked, unplugged, task: str):
    window = unplugged(suited(TASKS[task]())).window
    assert unmarked(readable(window)) == {}


@pytest.mark.parametrize("task", ["sine", *FEW])
def test_every_word_about_a_run_can_be_translated(marked, opened, task: str):
    experiment = SMALL
    if task != "sine":
        experiment = suited(TASKS[task](**FEW[task])).with_value("training.epochs", 1)
    driver = opened(experiment.with_value("network.hidden", 4))
    driver.until_ready()
    driver.train_to_the_end()
    driver.do("pin")
    driver.until(lambda: driver.workspace.run.result is not None)
    for dock in driver.window.frames.values():
        dock.show()
        dock.raise_()
        driver.until_drawn()
        assert unmarked(readable(dock)) == {}, dock.objectName()
    assert unmarked(readable(driver.window.statusBar())) == {}


@pytest.mark.parametrize("action", ["about", "shortcuts"])
def test_every_word_of_a_dialog_can_be_translated(marked, unplugged, action: str):
    driver = unplugged()
    driver.do(action)
    dialog = driver.window.findChild(QDialog)
    # Keys are not words, and the names and numbers of a report are read by those who get it.
    text = re.sub(r"<b>.*?</b>|<td>.*?</td>", "", dialog.text)
    assert unmarked([dialog.windowTitle(), text]) == {}
    dialog.close()


@pytest.mark.parametrize("kind", WHY)
def test_what_went_wrong_can_be_translated(marked, kind: str):
    detail = Phrase("There is no file {path}: choose another, or put it back.", {"path": "1"})
    assert untranslated(explain(Failed(run=1, kind=kind, detail=detail))) == []


def test_that_the_engine_is_lost_can_be_translated(marked):
    assert untranslated(engine_lost()) == []


@pytest.mark.parametrize(
    "typed",
    [
        ["trian"],
        ["train", "--epoch", "3"],
        ["train", "--epochs"],
        ["train", "--epochs", "many"],
        ["train", "--epochs", "0"],
        ["train", "--task", "nothing"],
        ["train", "--task", "sine", "--series", "sunspots"],
        ["train", "--task", "characters", "--file", "/3/4"],
        ["train", "--task", "characters", "--direction", "both"],
        ["train", "--task", "series", "--series", "passengers", "--every", "12"],
        ["train", "--device", "cuda"],
        ["--unknown"],
        ["train", "1"],
    ],
    ids=" ".join,
)
def test_every_refusal_of_the_command_line_can_be_translated(marked, capsys, typed: list[str]):
    assert main(typed) == 2
    said = capsys.readouterr().err.removeprefix("rnnviz: ").strip()
    told = [word.strip("-") for word in typed]
    words = [word for word in untranslated(said) if word not in " ".join(told)]
    assert said
    assert words == []


def test_a_value_of_a_phrase_that_is_a_phrase_is_translated_too(marked):
    inner = Phrase("Loss")
    assert str(Phrase("{name} takes no value", {"name": inner})) == "«Loss» takes no value"
    assert str(Refused("The option {name} takes no value.", name="--x")) == (
        "«The option --x takes no value.»"
    )


def test_a_language_is_chosen_by_what_is_wanted_first_and_is_there():
    assert languages.available()[0] == "en"
    assert languages.best(["xx_YY", "en_GB.UTF-8"]) == "en"
    assert languages.best([]) == "en"


def test_what_has_no_translation_stays_english():
    translation.use({"Loss": "Verlust"})
    try:
        assert (tr("Loss"), tr("Train")) == ("Verlust", "Train")
    finally:
        translation.use({})
    assert tr("Loss") == "Loss"


def test_the_menu_offers_a_language_that_there_is_and_remembers_it(marked, unplugged):
    driver = unplugged()
    actions = {action.data(): action for action in driver.window.findChildren(QAction)}
    assert actions["qq"].text() == "«»"
    actions["qq"].trigger()
    assert Preferences().language == "qq"


def test_a_default_experiment_reads_the_same_in_every_language(marked):
    assert Experiment().value("training.schedule") == "constant"

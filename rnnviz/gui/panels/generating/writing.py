"""Writing: a network that predicts the next letter writes on, as it learns."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QToolButton,
)

from rnnviz.engine.messages import Content, WriteText, Written
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.panels.base.panel import Behind, Context, Panel
from rnnviz.gui.widgets.slider import Slider
from rnnviz.gui.widgets.written_page import Chances, WrittenPage, legend
from rnnviz.tasks import TASKS
from rnnviz.words.number_format import short
from rnnviz.words.translation import mark, tr

LENGTHS = (100, 300, 1000, 2000)
USUAL = 300

TEMPERATURES = 20
"""steps of a tenth, from 0 to 2"""

AT_ONCE = 100
"""Letters that are put on the page in one frame: some milliseconds."""


class WritingPanel(Panel):
    """Goes on with a text that a person gives, by itself after each epoch or when it is asked.
    What is written comes bit by bit and can be stopped."""

    name = "writing"
    title = mark("Writing")
    help = mark(
        "What the network writes by itself: each character is drawn from its answer and read as "
        "the next input."
    )
    home = Behind("notepad", after="pinned_runs")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        workspace = context.workspace
        self._workspace = workspace
        self._run = workspace.run.number
        self._epochs = 0
        self._written_after = -1  # how many epochs the text on the page had behind it
        self._tries = 0
        self._seed = ""
        self._length = 0
        self._waiting: list[tuple[str, Chances]] = []  # letters that are not on the page yet
        self._going = False
        self._clean = True  # whether the page is that of the last request
        self._stale = False  # whether it is that of another run
        self.button = QToolButton(text=tr("Write"))
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._press)
        self.always = QCheckBox(tr("as it learns"))
        self.always.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.always.setToolTip(tr("Write anew after each epoch."))
        self.always.setChecked(True)
        self.readout = QLabel(objectName="muted")
        for widget in (self.button, self.always, self.readout):
            self.controls.addWidget(widget)
        workspace.run.failed.connect(self._end)
        workspace.run.changed.connect(self._run_changed)

    def build(self) -> None:
        self.seed_text = QLineEdit("The ")
        self.seed_text.setPlaceholderText(tr("goes on with this text"))
        self.seed_text.setToolTip(tr("What is read before the first letter is written."))
        self.seed_text.setAccessibleName(tr("text to go on with"))
        self.seed_text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.seed_text.returnPressed.connect(self.write)
        self.length = QComboBox()
        self.length.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.length.setAccessibleName(tr("length"))
        for length in LENGTHS:
            self.length.addItem(tr("{n} letters").format(n=length), length)
        self.length.setCurrentIndex(LENGTHS.index(USUAL))
        self.length.activated.connect(self._ask)
        self.temperature = Slider()
        self.temperature.setRange(0, TEMPERATURES)
        self.temperature.setValue(8)
        self.temperature.setMinimumWidth(50)
        self.temperature.setToolTip(
            tr("Temperature: 0 always takes the likeliest letter, more dares more.")
        )
        self.temperature.setAccessibleName(tr("temperature"))
        self._degrees = QLabel("0.8")
        self._degrees.setMinimumWidth(self._degrees.fontMetrics().horizontalAdvance("0.00"))
        self.temperature.valueChanged.connect(self._turn)
        self.temperature.sliderReleased.connect(self._ask)
        self.page = WrittenPage()
        self.page.setPlaceholderText(tr("Press Write, or Train: the network goes on from here."))
        self.page.pointed.connect(self._point)
        self.progress = QProgressBar(textVisible=False)
        kept = self.progress.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # the page does not jump
        self.progress.setSizePolicy(kept)
        self.progress.setFixedHeight(3)
        self._legend = QLabel(objectName="muted")
        above = QHBoxLayout()
        above.setContentsMargins(8, 4, 8, 0)
        above.addWidget(self.seed_text, 1)
        above.addWidget(self.length)
        below = QHBoxLayout()
        below.setContentsMargins(8, 2, 8, 2)
        word = QLabel(tr("temperature"), objectName="muted")
        below.addWidget(word)
        below.addSpacing(6)
        below.addWidget(self.temperature, 1)
        below.addWidget(self._degrees)
        below.addSpacing(8)
        below.addWidget(self._legend)
        self.body.addLayout(above)
        self.body.addLayout(below)
        self.body.addWidget(self.progress)
        self.body.addWidget(self.page, 1)
        self._settings = (
            *(self.seed_text, self.length),
            *(word, self.temperature, self._degrees, self._legend),
        )

    @property
    def going(self) -> bool:
        """Whether a text is being written."""
        return self._going

    def write(self) -> None:
        """Ask the network of now for another text."""
        self._tries += 1
        self._ask()

    def stop(self) -> None:
        """Leave the text as it is."""
        if self._going:
            self._workspace.questions.cancel(WriteText)
            self._end()

    def come_forward(self, in_front: bool) -> None:
        """Catch up with what was learned while nobody looked."""
        super().come_forward(in_front)
        self.mark(Aspect.EPOCHS)

    def draw(self, what: Aspect) -> None:
        writes, can = self._writes, self._writes and self._workspace.run.can_trace
        if Aspect.THEME in what:
            self.page.recolour(self.colours.answer)
            self._legend.setText(legend(self.colours.answer))
        behind = self._epochs and self._written_after != self._epochs
        # A text that is under way is not cut short.
        if behind and self.always.isChecked() and not self._going:
            self._ask()
        self._put_letters()
        if self._stale:
            self._stale = False
            self.page.begin("")
        for widget in self._settings:
            widget.setVisible(writes)
        self.page.setVisible(writes)
        self.say_empty("" if writes else self._whose_network_writes())
        self.button.setText(tr("Stop") if self._going else tr("Write"))
        self.button.setEnabled(can)
        self.always.setVisible(writes)
        self.progress.setVisible(self._going)
        self.progress.setRange(0, max(1, self._length))
        self.progress.setValue(len(self.page.letters))

    def _whose_network_writes(self) -> str:
        titles = [tr(task.title) for task in TASKS.values() if task.writes]
        return tr("Choose the task {titles}: its network writes as it learns.").format(
            titles=", ".join(titles)
        )

    @property
    def _writes(self) -> bool:
        experiment = self._workspace.run.experiment
        return experiment is not None and experiment.task.writes

    def _press(self) -> None:
        if self._going:
            self.stop()
        else:
            self.write()

    def _turn(self, steps: int) -> None:
        self._degrees.setText(f"{steps / 10:.1f}")
        if not self.temperature.isSliderDown():  # turned with a key or the wheel
            self._ask()

    def _ask(self) -> None:
        """Ask for a text; the same chance in every epoch, until a person asks for another."""
        if not (self._writes and self._workspace.run.can_trace and self._built):
            return
        self._seed = self.seed_text.text()
        self._length = self.length.currentData()
        self._written_after = self._epochs
        what = WriteText(
            run=self._workspace.run.number,
            text=self._seed,
            length=self._length,
            temperature=self.temperature.value() / 10,
            seed=self._tries,
        )
        self._workspace.questions.ask(what, self._take, self._end)
        self._waiting = []
        self._going, self._clean = True, False
        self.mark(Aspect.STATE)

    def _take(self, written: Content, last: bool) -> None:
        assert isinstance(written, Written)
        self._waiting += zip(written.text, written.likely, strict=True)
        if last:
            self._length = written.length
        self.mark(Aspect.PROGRESS)

    def _put_letters(self) -> None:
        """Put some letters on the page; the next frame goes on."""
        if not self._waiting:
            return
        if not self._clean:
            self._clean = True
            self.page.begin(self._seed)
        some, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        self.page.add([letter for letter, _ in some], [likely for _, likely in some])
        if len(self.page.letters) >= self._length:
            self._going = False
        self.mark(Aspect.PROGRESS)

    def _end(self, _: object = None) -> None:
        self._going = False
        self._waiting = []
        self.mark(Aspect.STATE)

    def _run_changed(self, what: Aspect) -> None:
        run = self._workspace.run
        if run.number != self._run:
            self._run, self._written_after, self._stale = run.number, -1, True
            self._workspace.questions.drop(WriteText)
            self._end()
        if len(run.history) != self._epochs:
            self._epochs = len(run.history)
            self.mark(Aspect.EPOCHS)
        if what & Aspect.STATE:
            self.mark(Aspect.STATE)

    def _point(self, letter: int) -> None:
        if letter < 0:
            self.readout.setText("")
        else:
            self.readout.setText(f"{short(100 * self.page.chance(letter))} %")

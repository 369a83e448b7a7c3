"""Act by chance in the real window with the real engine, and look whether all is as it must be.

    python tests/gui/chance/random_actions.py --seed 7 --actions 5000

Prints what was done, how long the window's thread was away, what it keeps, and each fault with
the acts before it; ends with 1 where there is one. What was done is written into a script, line
by line, which ``--replay`` does again. It is done on the display that there is, Xvfb's or another,
and offscreen where there is none.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--actions", type=int, default=5000)
    parser.add_argument("--until-failure", action="store_true", help="stop at the first fault")
    parser.add_argument("--replay", type=Path, help="do the lines of this script")
    parser.add_argument("--log", type=Path, help="where the script is written")
    parser.add_argument("--kill", type=float, default=0.2, help="how often the engine is killed")
    parser.add_argument("--loose", action="store_true", help="waits are told and are no fault")
    options = parser.parse_args()
    faulthandler.enable()
    folder = Path(tempfile.mkdtemp(prefix="rnnviz-chance-"))
    os.environ["RNNVIZ_HOME"] = str(folder / "home")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    log = options.log or folder / f"seed-{options.seed}.txt"

    from rnnviz.gui.app import application, open_window
    from tests.gui.chance.finder import Finder
    from tests.gui.chance.watch import LATE
    from tests.gui.driver import SIZE, SMALL, Driver, end
    from tests.gui.processes import engines_of

    start = time.monotonic()
    app = application()
    window = open_window(SMALL)
    window.resize(*SIZE)
    driver = Driver(window)
    with log.open("w", buffering=1) as script:

        def tell(line: str) -> None:
            script.write(line + "\n")
            if line.startswith("# "):
                print(f"[{time.monotonic() - start:6.0f} s] {line[2:]}", flush=True)

        tell(f"# seed {options.seed}, {app.platformName()}, script {log}")
        finder = Finder(driver, options.seed, folder, kill=options.kill, told=tell)
        finder.tour()
        first = finder.settle()
        finder.pulse.waits.clear()
        if options.replay:
            with options.replay.open() as lines:
                finder.follow(iter(lines), until_failure=options.until_failure)
        else:
            finder.go(options.actions, until_failure=options.until_failure)
        last = first if options.until_failure and finder.faults else finder.settle()
    finder.close()
    end(window)
    left = engines_of(os.getpid())

    print(f"\nseed {options.seed}: {finder.number} acts in {time.monotonic() - start:.0f} s")
    print(", ".join(f"{name} {count}" for name, count in finder.times.most_common()))
    print(f"{finder.runs} runs begun; {finder.rests} rests, {finder.checked} with pictures that")
    print(f"were compared, {finder.sure} of them with weights that were trained again or asked for")
    waits = [wait for wait in finder.pulse.waits if wait.own > LATE]
    print(f"waits: longest {1000 * finder.pulse.longest:.0f} ms; over 100 ms: {len(waits)}")
    seen: dict[str, list[float]] = {}
    for wait in waits:
        ours = [line for line in wait.where if "/rnnviz/" in line] or wait.where
        where = " < ".join(ours[:2]) or wait.during
        seen.setdefault(where.replace(str(ROOT), ""), []).append(wait.own)
    for where, times in sorted(seen.items(), key=lambda entry: -max(entry[1]))[:15]:
        print(f"  {len(times):4} times, up to {1000 * max(times):4.0f} ms: {where}")
    for name in ("windows", "widgets", "objects", "wrappers", "python"):
        print(f"{name}: {getattr(first, name)} → {getattr(last, name)}")
    print(f"memory: {first.bytes / 2**20:.0f} → {last.bytes / 2**20:.0f} MB")
    print("more: " + ", ".join(last.more_than(first)))
    print(f"garbage collected in other threads: {dict(finder.sweeps.threads)}")
    print(f"engines left: {left}")
    for fault in finder.faults:
        print(f"\n--- after act {fault.number}: {fault.kind}: {fault.text}\nbefore it:")
        print("\n".join(f"  {line}" for line in fault.last))
    late = bool(waits) and not options.loose
    grown = (
        last.objects > first.objects + 100
        or last.wrappers > first.wrappers + 300
        or last.bytes > first.bytes + 50 * 2**20
    )
    print(f"\n{len(finder.faults)} faults, script {log}")
    return int(bool(finder.faults) or late or grown or bool(left))


if __name__ == "__main__":
    sys.exit(main())

"""The program: ``rnnviz`` and ``python -m rnnviz``. Ctrl+C ends it quietly from here on.

While Qt or PyTorch is imported an exception may come up inside of a library that cannot pass
it on, which then aborts. So nothing is raised: the process is left at once, as nothing is
there yet to be kept. The window, and a training under way, take Ctrl+C over for themselves.
"""

import os
import sys

INTERRUPTED = 130  # as `cli.status` has it, which is not imported yet

try:
    import signal

    signal.signal(signal.SIGINT, lambda *_, leave=os._exit: leave(INTERRUPTED))
    from rnnviz.cli.main import main as main
except KeyboardInterrupt:  # within the few lines above
    os._exit(INTERRUPTED)

if __name__ == "__main__":
    sys.exit(main())

"""Never ends by itself, not even when asked, and neither does what it starts. Prints both process ids."""

import os
import signal
import subprocess
import sys
import time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(f"pids {os.getpid()} {child.pid}", flush=True)  # noqa: T201  - how the test learns them
time.sleep(600)

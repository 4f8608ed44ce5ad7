#!/bin/sh
# Static analysis: what gcc says about vault/ and cli/, but for what build-aux/analysis.txt explains.
cd "$(dirname "$0")/../.." || exit 1
command -v python3 >/dev/null || { echo '1..0 # SKIP python3 is not installed'; exit 0; }
exec python3 build-aux/analyze.py gcc

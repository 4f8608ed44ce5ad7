#!/bin/sh
# A small sample of small changes to the code that decides a verdict: nearly all of them are noticed. The seed is the day, so that every day tries
# others; MUTATE_SEED gives another one.
. "$(dirname "$0")/../cli/lib.sh"

command -v python3 >/dev/null || { echo '1..0 # SKIP python3 is not installed'; exit 0; }
run python3 "$TOP/tests/mutation/mutate.py" --sample "${MUTATE_SAMPLE:-20}" --seed "${MUTATE_SEED:-$(date -u +%Y%m%d)}" --least 80
sed 's/^/# /' "$T/out"
is "$rc" 0 'at least 80 of 100 mutants are noticed'
done_testing

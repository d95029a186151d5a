# Sourced by what runs tests. A test that cannot run here writes a line to $SKIPPED_TESTS: what it is of, a tab, and what is missing.
# At the end they are named; where CI is set, anything skipped is a failure, but for what TESTS_MAY_SKIP matches (an extended regex).
# shellcheck shell=bash
if [ -z "${SKIPPED_TESTS:-}" ]; then
  SKIPPED_TESTS=$(mktemp)
  export SKIPPED_TESTS
  trap 'judge_skipped $?' EXIT
fi

judge_skipped() {
  local code=$1 refused
  if [ -s "$SKIPPED_TESTS" ]; then
    echo
    echo "SKIPPED $(wc -l <"$SKIPPED_TESTS") tests, because this machine lacks what they need:"
    sort "$SKIPPED_TESTS" | uniq -c | awk -F '\t' '{ print $1 "  needs " $2 }'
    refused=$(grep -cvE "${TESTS_MAY_SKIP:-^$}" "$SKIPPED_TESTS" || true)
    if [ -n "${CI:-}" ] && [ "$refused" != 0 ] && [ "$code" = 0 ]; then
      echo "FAILED: nothing may be skipped where CI is set"
      code=1
    fi
  fi
  rm -f "$SKIPPED_TESTS"
  exit "$code"
}

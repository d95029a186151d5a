# Sourced by what runs tests. A test that cannot run here adds a line to the file $SKIPPED_TESTS: what it is, a tab, and what it needs.
# They are named at the end. Where CI is set, anything skipped is a failure, but for what matches TESTS_MAY_SKIP (an extended regex).
# shellcheck shell=bash
if [ -z "${SKIPPED_TESTS:-}" ]; then
  SKIPPED_TESTS=$(mktemp)
  export SKIPPED_TESTS
  trap 'judge_skipped $?' EXIT
fi

judge_skipped() {
  local code=$1 refused
  if [ -s "$SKIPPED_TESTS" ]; then
    printf '\nSKIPPED %d, for want of what they need:\n' "$(wc -l <"$SKIPPED_TESTS")"
    sort "$SKIPPED_TESTS" | uniq -c | awk -F '\t' '{ print $1 "  needs " $2 }'
    refused=$(grep -cvE "${TESTS_MAY_SKIP:-^$}" "$SKIPPED_TESTS" || true)
    if [ -n "${CI:-}" ] && [ "$refused" != 0 ] && [ "$code" = 0 ]; then
      echo 'FAILED: nothing may be skipped where CI is set'
      code=1
    fi
  fi
  rm -f "$SKIPPED_TESTS"
  exit "$code"
}

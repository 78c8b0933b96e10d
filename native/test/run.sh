#!/bin/sh
# Tests the native programs in BUILD_DIR: `native/test/run.sh BUILD_DIR [WORD…]`. As root the tests run twice, the second time
# as an ordinary user (BERTH_TEST_USER, or nobody). Prints `ok - …`, `not ok - …`, `skip - … (reason)`; fails when one did.
set -u
here=$(cd "$(dirname "$0")" && pwd)
BERTH_NATIVE_BUILD=$(cd "${1:?usage: run.sh BUILD_DIR [WORD...]}" && pwd)
export BERTH_NATIVE_BUILD
shift
status=0

fuzz() {
  folder=$(mktemp -d)
  if cc -std=c11 -D_GNU_SOURCE -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -o "$folder/fuzz" \
    "$here/fuzz-plan.c" "$here/../plan.c" "$here/../plan-argument.c" "$here/../plan-layer.c" "$here/../plan-rules.c" 2>"$folder/log"; then
    "$folder/fuzz" "${BERTH_FUZZ_ROUNDS:-300000}" || status=1
  else
    echo "skip - plan: mutated plans (the compiler has no sanitizers: $(head -n 1 "$folder/log"))"
  fi
  rm -rf "$folder"
}

[ $# -gt 0 ] || fuzz
if ! command -v python3 >/dev/null; then
  echo "skip - all behaviour of the native programs (python3 is not installed)"
  exit $status
fi
python3 "$here/run.py" "$@" || status=1
if [ "$(id -u)" = 0 ]; then
  user=${BERTH_TEST_USER:-nobody}
  # The programs and tests may lie where that user cannot read.
  copy=$(mktemp -d) && cp "$here"/*.py "$here"/*-probe.c "$BERTH_NATIVE_BUILD"/berth-* "$BERTH_NATIVE_BUILD"/shifter "$copy" && chmod -R a+rX "$copy"
  python=$(readlink -f "$(python3 -c 'import sys; print(sys.executable)')")
  su -s /bin/sh "$user" -c "cd / && $python -c ''" 2>/dev/null || python=/usr/bin/python3
  su -s /bin/sh "$user" -c "cd / && BERTH_NATIVE_BUILD=$copy exec $python $copy/run.py $*" || status=1
  rm -rf "$copy"
fi
exit $status

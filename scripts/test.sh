#!/bin/sh
# All tests, in one command: installs what only tests need, builds, checks the code, runs everything, and ends with the line
# "N passed, N failed, N skipped". With --quick: what needs no installation, in at most two minutes.
# usage: test [--quick] [FILTER…]     (a filter is part of a test file's path)

set -u
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root" || exit 255
quick=no
if [ "${1:-}" = --quick ]; then quick=yes; shift; fi

if [ $quick = no ]; then
  sh scripts/setup.sh test || exit 255
  ./berth --version >/dev/null || exit 255
fi
case $(uname -m) in aarch64) arch=arm64 ;; *) arch=x64 ;; esac
PATH=$root/node_modules/node-linux-$arch/bin:$root/node_modules/.bin:$PATH:/usr/sbin:/sbin
export PATH

passed=0 failed=0 skipped=0
count() {
  passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}
# A check is one test: it passes or it fails.
check() {
  name=$1
  shift
  if "$@"; then count 1 0 0; else count 0 1 0 && echo "not ok - $name"; fi
}
suite() {
  counts=$(mktemp)
  BERTH_TEST_COUNTS=$counts vitest run --reporter=dot --reporter=./tests/reporter.ts "$@"
  status=$?
  # shellcheck disable=SC2046 # three numbers
  if [ -s "$counts" ]; then count $(cat "$counts"); elif [ $status -ne 0 ]; then count 0 1 0; fi
  rm -f "$counts"
}

restore=''
finish() {
  [ -z "$restore" ] || chmod "$restore" /dev/fuse
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# On a bare machine only root may open /dev/fuse; the tests' ordinary user needs it too, for as long as they run.
if [ $quick = no ] && [ "$(id -u)" -eq 0 ] && [ -c /dev/fuse ]; then
  mode=$(stat -c %a /dev/fuse)
  if [ "$mode" != 666 ]; then restore=$mode && chmod 666 /dev/fuse; fi
fi

check types tsc
check 'format and lint' biome check --error-on-warnings
check 'file and function length' node scripts/length.mjs
if [ $quick = yes ]; then
  suite --project unit "$@"
else
  # A judge and a peer; where its tree cannot be made, its tests say so and are skipped.
  if [ "$(id -u)" -eq 0 ]; then
    sh tests/apptainer/make-tree.sh >build/apptainer.log 2>&1 || echo "no tree with Apptainer: see build/apptainer.log"
  fi
  suite "$@"
  if native=$(sh native/test/run.sh build 2>&1); then :; else echo "$native" | grep -v '^ok' ; fi
  count "$(echo "$native" | grep -c '^ok ')" "$(echo "$native" | grep -c '^not ok ')" "$(echo "$native" | grep -c '^skip ')"
fi

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

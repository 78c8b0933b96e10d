#!/bin/sh
# Installs a built berth below a prefix: the binary in PREFIX/bin, its helpers in PREFIX/libexec/berth. Nothing is setuid.
# usage: install.sh [--server] [--node] PREFIX [BUILD]     BUILD: the folder with the built programs (default: build/ of this checkout)
# With --server also what `berth serve` needs: its modules for Node, the pages of its web interface, and the units for systemd. With --node also the names that
# batch jobs and their prologs call: shifter, shifterimg, setupRoot, unsetupRoot.
# DESTDIR is put before PREFIX, for those who make packages.

set -eu
# Others than who installs are to run it.
umask 022
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
server=no node=no
while :; do
  case ${1:-} in --server) server=yes ;; --node) node=yes ;; *) break ;; esac
  shift
done
prefix=${1:?usage: install.sh [--server] [--node] PREFIX [BUILD]}
build=${2:-$here/../build}

fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }

case $prefix in /*) ;; *) fail "PREFIX must be an absolute path, not $prefix" ;; esac
helpers="berth-main berth-launch berth-join berth-mount berth-pack berth-relay"
[ $node = no ] || helpers="$helpers berth-node berth-task"
for program in berth $([ $node = no ] || echo shifter) $helpers; do
  [ -x "$build/$program" ] || fail "$build/$program is missing: call ./berth --version in the checkout, which builds it"
done

root=${DESTDIR:-}$prefix
mkdir -p "$root/bin" "$root/libexec/berth" "$root/share/berth/apparmor"
# A program that is running cannot be written to, but its name can be given to another.
put() {
  cp "$1" "$2.new"
  chmod "$3" "$2.new"
  mv -f "$2.new" "$2"
}
put "$build/berth" "$root/bin/berth" 755
for program in $helpers; do put "$build/$program" "$root/libexec/berth/$program" 755; done
put "$here/apparmor/berth-launch" "$root/share/berth/apparmor/berth-launch" 644
put "$here/apparmor/install.sh" "$root/share/berth/apparmor/install.sh" 755
if [ $server = yes ]; then
  [ -f "$build/modules/main.js" ] || fail "$build/modules is missing: call ./berth --version in the checkout, which builds it"
  [ -f "$build/web/index.html" ] || fail "$build/web is missing: call ./berth --version in the checkout, which builds it"
  # As a whole: modules of two versions do not know each other.
  for part in modules web; do
    rm -rf "$root/libexec/berth/$part.new"
    cp -R "$build/$part" "$root/libexec/berth/$part.new"
    rm -rf "$root/libexec/berth/${part:?}"
    mv "$root/libexec/berth/$part.new" "$root/libexec/berth/$part"
  done
  rm -f "$root/libexec/berth/web/.stamp"
  mkdir -p "$root/lib/systemd/system"
  for unit in berth-gateway berth-services; do
    sed "s#/usr/local/#$prefix/#g" "$here/systemd/$unit.service" >"$root/lib/systemd/system/$unit.service"
  done
fi
if [ $node = yes ]; then
  mkdir -p "$root/sbin"
  put "$build/shifter" "$root/bin/shifter" 755
  ln -sfn berth "$root/bin/shifterimg"
  for name in setupRoot unsetupRoot; do ln -sfn ../bin/berth "$root/sbin/$name"; done
fi
# Manual pages and completions come from the program itself. Without them berth is whole: a package for another kind of machine
# cannot run it.
share=$root/share
mkdir -p "$share/man/man1" "$share/bash-completion/completions" "$share/zsh/site-functions" "$share/fish/vendor_completions.d"
write() { "$build/berth" completion "$1" >"$2.new" && mv -f "$2.new" "$2"; }
if ! { "$build/berth" man --dir "$share/man/man1" && write bash "$share/bash-completion/completions/berth" &&
  write zsh "$share/zsh/site-functions/_berth" && write fish "$share/fish/vendor_completions.d/berth.fish"; }; then
  echo "no manual pages and completions: $build/berth does not run on this machine"
fi
# The launch line of every SIF file is `#!/usr/bin/env run-singularity`: with this name on the PATH, images run themselves.
# A real Singularity or Apptainer of this prefix keeps its own.
if [ ! -e "$root/bin/run-singularity" ] || [ "$(readlink "$root/bin/run-singularity")" = berth ]; then
  ln -sfn berth "$root/bin/run-singularity"
fi

echo "installed berth in $prefix"
if [ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null || :)" = 1 ]; then
  echo "This machine restricts user namespaces. Let berth-launch make them: sudo $prefix/share/berth/apparmor/install.sh $prefix/libexec/berth"
fi

#!/bin/sh
# Makes the root tree in which a real Apptainer lives: Debian's unstable suite, from the mirror this machine already
# uses, with what the tests and benchmarks need beside it. Root only. `enter.sh` runs commands in it.
#
# usage: make-tree.sh [DIR]      (default: $BERTH_APPTAINER_TREE, else /var/tmp/berth-apptainer-tree)
set -eu

tree=${1:-${BERTH_APPTAINER_TREE:-/var/tmp/berth-apptainer-tree}}
packages=apptainer,squashfs-tools,squashfuse,fuse-overlayfs,fuse2fs,fuse3,gocryptfs,uidmap,ca-certificates,libfakeroot,fakeroot,time

say() { echo "make-tree: $*" >&2; }
give_up() { say "$*"; exit 1; }

[ "$(id -u)" = 0 ] || give_up "needs root"
[ -e "$tree/.complete" ] && { say "$tree is there already"; exit 0; }
command -v mmdebstrap >/dev/null || give_up "mmdebstrap is not installed (package mmdebstrap)"

# apt knows the mirror better than any reading of its files would.
mirror=$(apt-get indextargets --format '$(ORIGIN) $(SUITE) $(REPO_URI)' 'Created-By: Packages' |
  sed -n 's/^Debian [a-z]* \(.*\)/\1/p' | grep -v security | head -n 1)
[ -n "$mirror" ] || give_up "apt has no Debian mirror on this machine"

part=$tree.part.$$
trap 'rm -rf --one-file-system "$part"' EXIT
# A mirror that is a snapshot of the past has Release files that are out of date by design.
mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" \
  --aptopt='Acquire::Check-Valid-Until "false"' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' unstable "$part" "deb $mirror unstable main" >&2
mkdir -p "$part/host"
# Root of a virtual machine or a container may itself lack a capability; Apptainer then refuses to start with all.
sed -i 's/^root default capabilities = .*/root default capabilities = no/' "$part/etc/apptainer/apptainer.conf"
touch "$part/.complete"
mv "$part" "$tree"
trap - EXIT
say "$tree is complete"

#!/bin/sh
# Makes the images of the benchmarks as OCI layouts, from the Debian mirror this machine uses: `science`, more than a
# gigabyte in seven gzip layers with deletions and additions, as scientists build them; `science-zstd`, the same in
# zstd; `science-next`, all of `science` and one small layer more. Root only (packages are installed below a chroot).
#
# usage: make-images.sh DIR
set -eu

dir=$1
layout=$dir/layout
work=$dir/work.$$
bundle=$work/bundle

say() { echo "make-images: $*" >&2; }
give_up() { say "$*"; exit 1; }

[ -e "$dir/.complete" ] && exit 0
[ "$(id -u)" = 0 ] || give_up "needs root"
for tool in mmdebstrap umoci skopeo; do command -v $tool >/dev/null || give_up "$tool is not installed"; done
mirror=$(apt-get indextargets --format '$(ORIGIN) $(SUITE) $(REPO_URI)' 'Created-By: Packages' |
  sed -n 's/^Debian [a-z]* \(.*\)/\1/p' | grep -v security | head -n 1)
[ -n "$mirror" ] || give_up "apt has no Debian mirror on this machine"

rm -rf "$layout" "$dir/layout-zstd"
mkdir -p "$dir" "$work"
trap 'rm -rf --one-file-system "$work"' EXIT

# What was changed in the bundle since the last call becomes a layer of its own.
commit() {
  rm -rf "$bundle/rootfs/var/cache/apt/archives" "$bundle/rootfs/var/lib/apt/lists"
  umoci repack --refresh-bundle --image "$layout:$1" "$bundle"
  say "layer $2"
}
install() {
  mkdir -p "$bundle/rootfs/var/cache/apt/archives/partial" "$bundle/rootfs/var/lib/apt/lists/partial"
  cp /etc/resolv.conf "$bundle/rootfs/etc/resolv.conf"
  chroot "$bundle/rootfs" sh -c 'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
    --no-install-recommends "$@"' install "$@" >/dev/null 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
}

umoci init --layout "$layout"
umoci new --image "$layout:science"
umoci unpack --image "$layout:science" "$bundle"
mmdebstrap --quiet --mode=root --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
  bookworm "$work/base" "deb $mirror bookworm main"
cp -a "$work/base/." "$bundle/rootfs/"
rm -rf "$work/base"
commit science "1: base system"
install python3 python3-pip
commit science "2: python"
install python3-numpy python3-scipy python3-pandas
commit science "3: numpy, scipy, pandas"
install python3-matplotlib python3-sklearn python3-h5py
commit science "4: matplotlib, scikit-learn, h5py"
install gfortran openmpi-bin libopenmpi-dev make
commit science "5: compilers and MPI"
rm -rf "$bundle/rootfs/usr/share/doc" "$bundle/rootfs/usr/share/man" "$bundle/rootfs/usr/share/locale"
echo science >"$bundle/rootfs/etc/hostname"
commit science "6: deletions"
mkdir -p "$bundle/rootfs/opt/app"
cp -r "$bundle/rootfs/usr/lib/python3/dist-packages/pandas/core" "$bundle/rootfs/opt/app/core"
commit science "7: application"
umoci config --image "$layout:science" --config.cmd python3 \
  --config.env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umoci tag --image "$layout:science" science-next
mkdir -p "$bundle/rootfs/opt/next"
cp -r "$bundle/rootfs/usr/lib/python3/dist-packages/pandas/io" "$bundle/rootfs/opt/next/io"
commit science-next "8: the next version"

# A layout of its own: in the first one the gzip layers would be taken for the same content.
skopeo copy --quiet --dest-compress --dest-compress-format zstd --dest-compress-level 3 \
  "oci:$layout:science" "oci:$dir/layout-zstd:science-zstd"
du -sb "$bundle/rootfs" | cut -f1 >"$dir/unpacked-bytes"
chmod -R a+rX "$dir"
touch "$dir/.complete"

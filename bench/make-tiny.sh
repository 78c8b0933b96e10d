#!/bin/sh
# Makes the smallest image in which RUN steps can be run, as an OCI layout with the tag `tiny`: busybox and nothing else.
#
# usage: make-tiny.sh LAYOUT
set -eu

layout=$1
[ -e "$layout/.complete" ] && exit 0
busybox=$(command -v busybox) || { echo "make-tiny: busybox is not installed" >&2; exit 1; }

rm -rf "$layout" "$layout.bundle"
trap 'rm -rf "$layout.bundle"' EXIT
umoci init --layout "$layout"
umoci new --image "$layout:tiny"
umoci unpack --image "$layout:tiny" "$layout.bundle"
root=$layout.bundle/rootfs
mkdir -p "$root/bin" "$root/etc" "$root/tmp" "$root/var" "$root/root"
install -m 755 "$busybox" "$root/bin/busybox"
"$busybox" --list | while read -r name; do [ "$name" = busybox ] || ln -s busybox "$root/bin/$name"; done
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
umoci repack --image "$layout:tiny" "$layout.bundle"
umoci config --image "$layout:tiny" --config.cmd sh --config.env PATH=/bin
chmod -R a+rX "$layout"
touch "$layout/.complete"

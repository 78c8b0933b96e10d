#!/bin/sh
# Installs the AppArmor profiles that let berth-launch, berth-mount and shifter make user namespaces, and loads them. Needs root.
# usage: install.sh [LIBEXEC]     LIBEXEC: the folder of berth-launch and berth-mount (default: /usr/local/libexec/berth)

set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
libexec=${1:-/usr/local/libexec/berth}

fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" -eq 0 ] || fail "only root may load a profile: sudo $0 $libexec"
[ -x "$libexec/berth-launch" ] || fail "there is no berth-launch in $libexec: name the folder that holds it"
shifter=$(readlink -m "$libexec/../../bin/shifter")
command -v apparmor_parser >/dev/null || fail "apparmor_parser is not installed (package apparmor)"
# A profile is for a path: whoever may replace the program there would inherit the permission.
for path in "$libexec" "$libexec/berth-launch" "${shifter%/*}" "$shifter"; do
  [ -e "$path" ] || continue # only compute nodes have shifter
  owner=$(stat -c '%u %A' "$path")
  case $owner in "0 "?????-??-?) ;; *) fail "$path must belong to root, and others must not write to it (it is: $owner)" ;; esac
done
case $libexec in *[!A-Za-z0-9/._+-]*) fail "the path $libexec has characters that a profile would read as a pattern" ;; esac

target=/etc/apparmor.d/berth-launch
sed -e "s|@LAUNCHER@|$libexec/berth-launch|" -e "s|@MOUNTER@|$libexec/berth-mount|" -e "s|@SHIFTER@|$shifter|" "$here/berth-launch" >"$target.new"
apparmor_parser --skip-kernel-load --quiet "$target.new" || { rm -f "$target.new"; fail "this AppArmor cannot read the profile (it needs version 4)"; }
mv "$target.new" "$target"
apparmor_parser --replace "$target"
echo "loaded $target for $libexec/berth-launch; berth doctor tells whether it helps"

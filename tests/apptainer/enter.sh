#!/bin/sh
# Runs a command inside the tree of `make-tree.sh`, in a mount namespace of its own whose root really is that tree:
# Apptainer refuses to work below a plain chroot. The host's /tmp, /var/tmp, /home, devices, processes, users and
# the present folder are there too, so paths mean the same on both sides. Root only.
#
# usage: enter.sh [--tree DIR] [--user NAME] [--bind DIR]… COMMAND [ARG]…
set -eu

tree=${BERTH_APPTAINER_TREE:-/var/tmp/berth-apptainer-tree}
user=
binds="/tmp /var/tmp /home"
while :; do
  case ${1-} in
    --tree) tree=$2; shift 2 ;;
    --user) user=$2; shift 2 ;;
    --bind) binds="$binds $2"; shift 2 ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || { echo "enter: what command?" >&2; exit 1; }
[ -e "$tree/.complete" ] || { echo "enter: $tree is not a tree made by make-tree.sh" >&2; exit 1; }

if [ -z "${BERTH_TREE_ENTERED-}" ]; then
  BERTH_TREE_ENTERED=1 exec unshare --mount --propagation private -- \
    "$0" --tree "$tree" ${user:+--user "$user"} $(for dir in $binds; do printf -- '--bind %s ' "$dir"; done) "$@"
fi
unset BERTH_TREE_ENTERED

mount --bind "$tree" "$tree"
for dir in /proc /sys /dev; do mount --rbind "$dir" "$tree$dir"; done
case $PWD in /|/proc*|/sys*|/dev*|/usr*|/etc*) ;; *) binds="$binds $PWD" ;; esac
for dir in $binds; do
  [ -d "$dir" ] || continue
  mkdir -p "$tree$dir"
  # Not recursive: the tree itself may lie below one of them.
  mount --bind "$dir" "$tree$dir"
done
for file in passwd group subuid subgid resolv.conf hosts; do
  [ -e "/etc/$file" ] || continue
  [ -e "$tree/etc/$file" ] || : >"$tree/etc/$file"
  mount --bind "$(readlink -f "/etc/$file")" "$tree/etc/$file"
done

where=$PWD
cd "$tree"
pivot_root . host
cd "$where" 2>/dev/null || cd /
umount -l /host
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
if [ -n "$user" ]; then
  HOME=$(getent passwd "$user" | cut -d: -f6)
  export HOME USER="$user" LOGNAME="$user"
  exec setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- "$@"
fi
exec "$@"

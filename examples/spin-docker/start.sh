#!/bin/sh
# First process of the example images: ssh, the reporter, and the application that its arguments say. Ends when the
# application does; a stop is handed on to it.
set -eu

if [ -x /usr/sbin/sshd ] && [ -s /root/.ssh/authorized_keys ]; then
    mkdir -p /run/sshd
    ssh-keygen -A >/dev/null
    /usr/sbin/sshd
fi

/usr/local/bin/report.sh &
reporter=$!

"$@" &
application=$!
trap 'kill -TERM "$application" 2>/dev/null || true' TERM INT

# A signal ends the wait, not the application: it may take its time to end.
while :; do
    status=0
    wait "$application" || status=$?
    kill -0 "$application" 2>/dev/null || break
done
kill "$reporter" 2>/dev/null || true
exit "$status"

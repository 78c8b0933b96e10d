#!/bin/sh
# Reports how many connections the application of this container has, every REPORT_EVERY seconds: the server stops a
# container that reports none for long enough. The application listens on REPORT_PORT.
#
# Who we are is known by our address, or by the token that the server put into /run/berth/check-in; where to report is
# REPORT_URL, or what that file says, or the container's default gateway.
set -eu

port=${REPORT_PORT:?the port of the application}
every=${REPORT_EVERY:-300}

# The hexadecimal address of the default route, lowest byte first, as 192.0.2.1.
gateway() {
    hex=$(awk '$2 == "00000000" && $8 == "00000000" { print $3; exit }' /proc/net/route)
    [ -n "$hex" ] || return 1
    printf '%d.%d.%d.%d\n' "0x${hex#??????}" \
        "0x$(printf '%s' "$hex" | cut -c5-6)" "0x$(printf '%s' "$hex" | cut -c3-4)" "0x$(printf '%s' "$hex" | cut -c1-2)"
}

# Established connections (state 01) to the port, those from this container itself left out.
connections() {
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$(printf '%04X' "$port")" '
        { split($2, here, ":"); split($3, there, ":") }
        here[2] == port && $4 == "01" && there[1] !~ /0100007F$/ { n++ }
        END { print n + 0 }'
}

report() {
    BERTH_CHECK_IN_TOKEN=
    BERTH_CHECK_IN_URL=
    BERTH_CHECK_IN_PORT=80
    if [ -r /run/berth/check-in ]; then
        # shellcheck source=/dev/null
        . /run/berth/check-in
    fi
    url=${REPORT_URL:-$BERTH_CHECK_IN_URL}
    [ -n "$url" ] || url=http://$(gateway):$BERTH_CHECK_IN_PORT/v1/check-in
    set -- -q -O /dev/null --post-data "active=$(connections)"
    [ -z "$BERTH_CHECK_IN_TOKEN" ] || set -- "$@" --header "x-berth-check-in: $BERTH_CHECK_IN_TOKEN"
    timeout 10 wget "$@" "$url"
}

while :; do
    # A report that is lost is no reason to end: the next one follows.
    report || echo "report: the check-in failed" >&2
    sleep "$every" &
    wait $!
done

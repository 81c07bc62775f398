#!/bin/bash
# Brings what the tests of PgWorkflows.Systemd.Tests boot: systemd, its bus, polkit and Debian's clusters. They skip at a desk without it and fail in CI.
set -u
missing=()
[ -x /lib/systemd/systemd ] || missing+=(systemd)
[ -x /usr/bin/dbus-daemon ] || missing+=(dbus)
[ -d /etc/polkit-1/rules.d ] || missing+=(polkitd)
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "== There is no ${missing[*]} here: tests of a booted systemd are skipped (in CI they fail)"
    exit 0
fi
echo "== ${missing[*]} is missing: installing it"
log=$(mktemp)
(apt-get update && DEBIAN_FRONTEND=noninteractive timeout 600 apt-get install -y --no-install-recommends "${missing[@]}") </dev/null >"$log" 2>&1 || tail -n 20 "$log"
rm -f "$log"

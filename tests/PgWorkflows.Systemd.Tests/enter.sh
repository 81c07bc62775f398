#!/bin/bash
# Gives the systemd of a test a control group of its own, however this machine has mounted its own groups, and starts it in namespaces.
# enter.sh boot.sh ROOT PROGRAMS DOTNET, afterwards enter.sh --leave ROOT; both in a mount namespace of their own.
set -eu
mount --make-rprivate /
group=$(basename "$2")
mount -t tmpfs pgw-cgroup /mnt
mkdir /mnt/groups
mount -t cgroup2 cgroup2 /mnt/groups
if [ "$1" = --leave ]; then
    for _ in $(seq 50); do # The kernel takes a moment to bury the dead.
        [ -d "/mnt/groups/$group" ] || exit 0
        find "/mnt/groups/$group" -depth -type d -delete 2>/dev/null || sleep 0.1
    done
    exit 1
fi
mkdir "/mnt/groups/$group"
echo $$ >"/mnt/groups/$group/cgroup.procs"
umount /mnt/groups /mnt
exec unshare --mount --pid --uts --ipc --cgroup --fork --kill-child "$@"

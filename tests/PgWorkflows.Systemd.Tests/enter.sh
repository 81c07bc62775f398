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
    [ ! -d "/mnt/groups/$group" ] || find "/mnt/groups/$group" -depth -type d -delete
    exit
fi
mkdir "/mnt/groups/$group"
echo $$ >"/mnt/groups/$group/cgroup.procs"
umount /mnt/groups /mnt
exec unshare --mount --pid --uts --ipc --cgroup --fork --kill-child "$@"

#!/bin/bash
# Boots the systemd of this machine as process 1 of namespaces of its own, over the files of this machine: /usr read-only, /etc a copy, the rest empty.
# Run by: unshare --mount --pid --uts --ipc --cgroup --fork --kill-child boot.sh ROOT PROGRAMS DOTNET
set -eu
root=$1 programs=$2 dotnet=$3

mount --make-rprivate /
mount -t tmpfs -o mode=755 pgw-test "$root"
mkdir -p "$root"/{usr,etc,var/lib,var/log,var/cache,var/tmp,var/spool,run,tmp,proc,sys,dev,root,opt/pgw,old}
chmod 1777 "$root/tmp" "$root/var/tmp"
for link in bin sbin lib lib32 lib64 libx32; do [ ! -L /$link ] || cp -a /$link "$root/$link"; done
mount --rbind /usr "$root/usr"
mount -o remount,bind,ro "$root/usr"
mount --bind "$programs" "$root/opt/pgw"
mount -o remount,bind,ro "$root/opt/pgw"
case $dotnet in /usr/*) ;; *) mkdir -p "$root$dotnet"; mount --bind "$dotnet" "$root$dotnet" ;; esac

cp -a /etc/. "$root/etc/"
rm -rf "$root"/etc/{systemd,fstab,machine-id,postgresql,rc?.d,init.d}
mkdir -p "$root"/etc/{systemd/system,postgresql}
: >"$root/etc/machine-id"

mount -t tmpfs -o mode=755 pgw-run "$root/run"
mount -t proc proc "$root/proc"
# This kernel is not ours to set up.
for part in sys sysrq-trigger; do mount --bind "$root/proc/$part" "$root/proc/$part" && mount -o remount,bind,ro "$root/proc/$part"; done
mount -t sysfs -o ro sysfs "$root/sys" 2>/dev/null || mount --rbind /sys "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 pgw-dev "$root/dev"
for device in null zero full random urandom tty; do : >"$root/dev/$device"; mount --bind /dev/$device "$root/dev/$device"; done
mkdir -p "$root"/dev/{shm,pts,mqueue}
mount -t tmpfs -o mode=1777 pgw-shm "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
: >"$root/dev/console"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"; ln -s /proc/self/fd/1 "$root/dev/stdout"; ln -s /proc/self/fd/2 "$root/dev/stderr"

# Nothing but the journal and the bus.
units=$root/etc/systemd/system
for unit in systemd-sysctl.service systemd-modules-load.service systemd-remount-fs.service systemd-udevd.service systemd-udev-trigger.service \
    systemd-binfmt.service proc-sys-fs-binfmt_misc.automount systemd-timesyncd.service systemd-networkd.service systemd-resolved.service systemd-logind.service \
    systemd-journald-audit.socket sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount \
    dev-hugepages.mount dev-mqueue.mount systemd-update-utmp.service systemd-random-seed.service getty.target; do
    ln -s /dev/null "$units/$unit"
done
printf '[Unit]\nRequires=sysinit.target\nAfter=sysinit.target\nWants=systemd-journald.service dbus.service\n' >"$units/pgw-test.target"
ln -s pgw-test.target "$units/default.target"

cd "$root"
pivot_root . old
umount -l /old
exec env -i container=pgw-test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    /lib/systemd/systemd --system --log-target=journal --show-status=false

#!/bin/sh
# PID 1 of a host until systemd takes over: makes a container look like a machine of its own.
set -e

# Docker mounts /proc/sys read-only; keepalived and the sysctl module write net.* keys.
mount -o remount,rw /proc/sys

# systemd wants a cgroup tree that it may write. Version 2: ours alone, and only mounted read-only.
# Version 1: enter a cgroup namespace first, so that the tree mounted there is the container's own part.
if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
  mount -o remount,rw /sys/fs/cgroup
elif [ -z "$LAB_CGROUPNS" ]; then
  LAB_CGROUPNS=1 exec unshare --cgroup -- /bin/sh "$0"
else
  umount -R /sys/fs/cgroup
  mount -t tmpfs -o mode=755,size=1m tmpfs /sys/fs/cgroup
  mkdir /sys/fs/cgroup/systemd
  mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
  unset LAB_CGROUPNS
fi

# Keys come from the machine that runs the lab, so that a host keeps its identity when it is made anew.
cp /lab/hostkeys/"$(hostname)"/* /etc/ssh/
cp /lab/authorized_keys /etc/ssh/authorized_keys
chmod 600 /etc/ssh/ssh_host_*_key
chmod 644 /etc/ssh/authorized_keys /etc/ssh/ssh_host_*_key.pub
[ "$LAB_ROOT_LOGIN" != no ] || echo 'PermitRootLogin no' > /etc/ssh/sshd_config.d/00-root.conf
umount /lab
rmdir /lab 2>/dev/null || true

exec env -i container=docker PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd

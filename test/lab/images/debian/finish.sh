#!/bin/sh
# From here on apt knows the local repository only; its lists are in, as on a host that is in use.
set -eu
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/apt/machine-ca.crt /etc/apt/apt.conf.d/9* \
  /etc/apt/auth.conf.d /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
mkdir -p /etc/apt/auth.conf.d
echo 'deb [trusted=yes] file:/srv/lab/deb ./' > /etc/apt/sources.list.d/lab.list
# `lab exec d1 lab-updates on` switches the second releases on.
echo 'deb [trusted=yes] file:/srv/lab/deb-updates ./' > /etc/apt/sources.list.d/lab-updates.list.disabled
cp /build/lab-updates /usr/local/sbin/lab-updates
chmod 755 /usr/local/sbin/lab-updates
apt-get update
# Helpers for debuggers, which would be the only thing called python here.
rm -rf /usr/share/gcc /etc/dpkg/dpkg.cfg.d/lab-build /build

#!/bin/sh
# Turns the Debian userland into something that looks and behaves like EL 9 to whoever asks it.
set -eu

# As on EL 8, the Python of dnf is not on the PATH. It finds its library as /usr/lib/python3.x from here too.
python=$(readlink -f /usr/bin/python3)
mv "$python" "/usr/libexec/$(basename "$python" | sed s/python/platform-python/)"
ln -s "$(basename "$python" | sed s/python/platform-python/)" /usr/libexec/platform-python
rm -f /usr/bin/python3* /usr/bin/py3* /usr/bin/pydoc3* /usr/bin/pygettext3*
for script in /usr/bin/dnf-3 /usr/bin/dnf; do
  [ ! -f "$script" ] || sed -i '1s|^#!.*|#!/usr/libexec/platform-python|' "$(readlink -f "$script")"
done
ln -sf dnf-3 /usr/bin/dnf
ln -sf dnf-3 /usr/bin/yum
ln -sf bash /bin/sh

cat > /usr/lib/os-release <<'OS'
NAME="Rocky Linux"
VERSION="9.4 (Blue Onyx)"
ID="rocky"
ID_LIKE="rhel centos fedora"
VERSION_ID="9.4"
PLATFORM_ID="platform:el9"
PRETTY_NAME="Rocky Linux 9.4 (Blue Onyx)"
ANSI_COLOR="0;32"
CPE_NAME="cpe:/o:rocky:rocky:9::baseos"
ROCKY_SUPPORT_PRODUCT="Rocky-Linux-9"
ROCKY_SUPPORT_PRODUCT_VERSION="9.4"
REDHAT_SUPPORT_PRODUCT="Rocky Linux"
REDHAT_SUPPORT_PRODUCT_VERSION="9.4"
OS
ln -sf ../usr/lib/os-release /etc/os-release
echo 'Rocky Linux release 9.4 (Blue Onyx)' > /etc/rocky-release
ln -sf rocky-release /etc/redhat-release
ln -sf rocky-release /etc/system-release
mkdir -p /etc/sysconfig
printf 'NETWORKING=yes\n' > /etc/sysconfig/network
printf 'LANG=C.UTF-8\n' > /etc/locale.conf

# Packages do not start what they install, unless a preset says so.
mkdir -p /usr/lib/systemd/system-preset
printf 'enable sshd.service\nenable dbus.*\n' > /usr/lib/systemd/system-preset/90-default.preset
printf 'disable *\n' > /usr/lib/systemd/system-preset/99-default-disable.preset

# EL calls the unit sshd.
systemctl disable --quiet ssh.service
mv /lib/systemd/system/ssh.service /lib/systemd/system/sshd.service
sed -i -e '/^Alias=/d' -e '/^EnvironmentFile=/s|.*|EnvironmentFile=-/etc/sysconfig/sshd|' /lib/systemd/system/sshd.service
rm -f /lib/systemd/system/ssh*.socket /lib/systemd/system/rescue-ssh.target
systemctl enable --quiet sshd.service

groupadd -r wheel
sed -i 's/^ops .*/%wheel ALL=(ALL) ALL/' /etc/sudoers.d/lab
usermod -aG wheel ops

rm -rf /etc/yum.repos.d /etc/dnf/vars/* /var/cache/dnf
mkdir -p /etc/yum.repos.d /etc/dnf
cat > /etc/dnf/dnf.conf <<'DNF'
[main]
gpgcheck=1
installonly_limit=3
clean_requirements_on_remove=True
best=True
skip_if_unavailable=False
DNF
ln -sf dnf/dnf.conf /etc/yum.conf
cat > /etc/yum.repos.d/lab.repo <<'REPO'
[lab]
name=Lab
baseurl=file:///srv/lab/rpm
enabled=1
gpgcheck=0

# `lab exec m1 lab-updates on`, or dnf's --enablerepo=lab-updates, offers the second releases.
[lab-updates]
name=Lab updates
baseurl=file:///srv/lab/rpm-updates
enabled=0
gpgcheck=0
REPO
cp /build/lab-updates /usr/local/sbin/lab-updates
chmod 755 /usr/local/sbin/lab-updates

rpm --initdb
rpm -i --quiet $(ls /srv/lab/rpm/*.rpm | grep -E '/(noarch/)?(rocky-release|bash|coreutils|curl|dnf|yum|rpm|iproute|iputils|openssh-server|openssl|procps-ng|sudo|systemd|util-linux|dbus|lab-userland)-[0-9]')
dnf -q makecache

# Nothing of Debian's packaging is left to be found.
rm -rf /etc/apt /etc/debian_version /etc/dpkg /var/lib/dpkg /var/lib/apt /var/cache/apt /usr/lib/apt /usr/lib/dpkg \
  /usr/bin/apt* /usr/bin/dpkg* /usr/sbin/dpkg* /usr/bin/deb-system* /usr/sbin/invoke-rc.d /usr/sbin/update-rc.d \
  /usr/sbin/service /usr/sbin/adduser /usr/sbin/addgroup /usr/sbin/deluser /usr/sbin/delgroup /etc/default/ssh

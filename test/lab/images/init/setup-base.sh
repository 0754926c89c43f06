#!/bin/sh
# Users, sshd and a short boot, the same on every host with systemd.
set -eu

# Units that only cost boot time in a container, and those that would look for hardware.
systemctl mask --quiet \
  getty.target console-getty.service systemd-update-utmp.service \
  systemd-update-utmp-runlevel.service systemd-journal-flush.service systemd-journal-catalog-update.service \
  dev-hugepages.mount dev-mqueue.mount sys-fs-fuse-connections.mount \
  sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount systemd-modules-load.service \
  systemd-remount-fs.service systemd-firstboot.service systemd-machine-id-commit.service systemd-ask-password-wall.path \
  systemd-ask-password-console.path systemd-random-seed.service systemd-pstore.service systemd-binfmt.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  systemd-tmpfiles-clean.timer motd-news.timer
systemctl set-default --quiet multi-user.target
systemctl enable --quiet ssh.service
# A host that greets is one that lets users in: until this unit has run, only root may log in.
for unit in ssh sshd; do
  mkdir -p /etc/systemd/system/$unit.service.d
  printf '[Unit]\nAfter=systemd-user-sessions.service\n' > /etc/systemd/system/$unit.service.d/lab.conf
done
mkdir -p /etc/systemd/journald.conf.d /etc/systemd/system.conf.d
printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=16M\nRateLimitIntervalSec=0\n' > /etc/systemd/journald.conf.d/lab.conf
# The limit of a machine, not of the process that started the engine.
printf '[Manager]\nDefaultTimeoutStopSec=10s\n' > /etc/systemd/system.conf.d/lab.conf

# ops: key, sudo asks for the password. auto: key, sudo does not ask. pass: logs in with a password only.
for user in ops auto pass; do
  useradd --create-home --shell /bin/bash "$user"
done
printf 'ops:lab-ops-secret\npass:lab-pass-secret\n' | chpasswd
cat > /etc/sudoers.d/lab <<'SUDO'
ops ALL=(ALL:ALL) ALL
pass ALL=(ALL:ALL) ALL
auto ALL=(ALL:ALL) NOPASSWD: ALL
SUDO
chmod 440 /etc/sudoers.d/lab

cat > /etc/ssh/sshd_config.d/lab.conf <<'SSHD'
AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
UseDNS no
PrintMotd no
MaxStartups 100:30:200
Match User pass
  AuthorizedKeysFile none
  PasswordAuthentication yes
SSHD
# The Match block must not swallow what follows the include.
sed -i '/^Include /d' /etc/ssh/sshd_config
echo 'Include /etc/ssh/sshd_config.d/*.conf' >> /etc/ssh/sshd_config
sed -i -e '/^KbdInteractiveAuthentication/d' -e '/^PrintMotd/d' /etc/ssh/sshd_config
rm -f /etc/update-motd.d/* /etc/motd
: > /etc/default/locale
: > /etc/machine-id

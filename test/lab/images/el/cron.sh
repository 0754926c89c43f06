#!/bin/sh
# EL's cron is called crond, and it is enabled.
set -eu
rm -f /etc/init.d/cron /etc/rc?.d/*cron /etc/systemd/system/multi-user.target.wants/cron.service
mv /lib/systemd/system/cron.service /lib/systemd/system/crond.service
systemctl enable --quiet crond.service

#!/bin/sh
# Downloads what the Debian-like hosts can install, with everything it needs beyond the base image,
# and writes down which libraries the EL-like hosts need to run the same binaries.
set -eu
mkdir -p /srv/lab/deb /srv/lab/deb-updates
apt-get install -y --download-only -o Dir::Cache::archives=/srv/lab/deb \
  keepalived haproxy psmisc curl socat ipvsadm
rm -rf /srv/lab/deb/partial /srv/lab/deb/lock
# adduser is in the base image; its version here is the one that is installed.
depends() { apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$1" | sed -n 's/^ *\(Pre\)*Depends: //p' | grep '^lib'; }
{ depends keepalived; depends haproxy; } | sort -u > /srv/lab/needs

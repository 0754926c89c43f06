#!/bin/sh
# Makes Debian's firewalld look like EL's: its Python, its presets, only ssh open in the zone public.
set -eu

for script in /usr/bin/firewall-cmd /usr/bin/firewall-offline-cmd /usr/sbin/firewalld; do
  sed -i '1s|^#!.*|#!/usr/libexec/platform-python -s|' "$script"
done

printf 'enable firewalld.service\n' >> /usr/lib/systemd/system-preset/90-default.preset
systemctl enable --quiet firewalld.service

# Without this, Debian's zone says the same as EL's, and EL's has cockpit beside it; neither is used here.
cat > /usr/lib/firewalld/zones/public.xml <<'ZONE'
<?xml version="1.0" encoding="utf-8"?>
<zone>
  <short>Public</short>
  <description>For use in public areas.</description>
  <service name="ssh"/>
  <service name="dhcpv6-client"/>
  <forward/>
</zone>
ZONE

#!/bin/sh
# The RPM repositories: Debian's binaries with the units, paths and habits of EL's packages.
# `rpm` has the first release of everything, `rpm-updates` the second one of some.
set -eu
mkdir -p /srv/lab/rpm /srv/lab/rpm-updates /tmp/roots

version_of() { dpkg-deb -f "$1" Version | sed -e 's/^[0-9]*://' -e 's/-.*//' -e 's/+.*//'; }

# unpack NAME: the programs of a Debian package without what only Debian has.
unpack() {
  root=/tmp/roots/$1
  dpkg-deb -x /srv/lab/deb/"$1"_*.deb "$root"
  rm -rf "$root"/etc/init.d "$root"/etc/default "$root"/etc/rsyslog.d "$root"/usr/share/doc "$root"/usr/lib/tmpfiles.d \
    "$root"/lib/systemd "$root"/var "$root"/usr/share/lintian "$root"/usr/share/bug
  mkdir -p "$root"/usr/lib/systemd/system "$root"/etc/sysconfig
}

build() {
  rpmbuild -bb --quiet --define "_rpmdir $1" --define "lab_release $2" --define "lab_version $3" \
    --define '_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' \
    --define 'debug_package %{nil}' --define '__os_install_post %{nil}' --define '_binary_payload w1.gzdio' \
    --define '_build_id_links none' /build/"$4".spec
}

keepalived=$(version_of /srv/lab/deb/keepalived_*.deb)
unpack keepalived
rm -f /tmp/roots/keepalived/etc/keepalived/keepalived.conf.sample
cp /build/el-keepalived.service /tmp/roots/keepalived/usr/lib/systemd/system/keepalived.service
cp /build/el-keepalived.conf /tmp/roots/keepalived/etc/keepalived/keepalived.conf
echo 'KEEPALIVED_OPTIONS="-D"' > /tmp/roots/keepalived/etc/sysconfig/keepalived

haproxy=$(version_of /srv/lab/deb/haproxy_*.deb)
unpack haproxy
mkdir -p /tmp/roots/haproxy/etc/haproxy/conf.d /tmp/roots/haproxy/var/lib/haproxy
cp /build/el-haproxy.service /tmp/roots/haproxy/usr/lib/systemd/system/haproxy.service
cp /build/el-haproxy.cfg /tmp/roots/haproxy/etc/haproxy/haproxy.cfg
echo 'OPTIONS=""' > /tmp/roots/haproxy/etc/sysconfig/haproxy

for name in psmisc socat ipvsadm; do unpack $name; done

for release in 1 2; do
  target=/srv/lab/rpm
  [ $release = 1 ] || target=/srv/lab/rpm-updates
  build $target $release.el9 "$keepalived" keepalived
  build $target $release.el9 "$haproxy" haproxy
  build $target 1.el9 $release.0 lab-hello
done
for name in psmisc socat ipvsadm; do
  sed "s/@NAME@/$name/" /build/plain.spec.in > /build/$name.spec
  build /srv/lab/rpm 1.el9 "$(version_of /srv/lab/deb/${name}_*.deb)" $name
done
build /srv/lab/rpm 1.el9 9.4 lab-userland
for repo in rpm rpm-updates; do createrepo_c --quiet --simple-md-filenames /srv/lab/$repo; done

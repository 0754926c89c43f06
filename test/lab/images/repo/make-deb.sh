#!/bin/sh
# The Debian repositories: `deb` has the first release of everything, `deb-updates` the second one of some.
set -eu

# A small package of our own: a unit, a config file and a version that says which release it is.
hello() {
  tree=/tmp/lab-hello
  rm -rf "$tree"
  mkdir -p "$tree/DEBIAN" "$tree/lib/systemd/system" "$tree/etc"
  cp /build/lab-hello.service "$tree/lib/systemd/system/"
  printf 'greeting = hello\n' > "$tree/etc/lab-hello.conf"
  printf '/etc/lab-hello.conf\n' > "$tree/DEBIAN/conffiles"
  printf 'Package: lab-hello\nVersion: %s\nArchitecture: all\nMaintainer: lab <lab@lab.test>\nDescription: says hello\n' "$1" \
    > "$tree/DEBIAN/control"
  dpkg-deb --root-owner-group -b "$tree" "$2" > /dev/null
}

# The second release is the first with a higher version and a file that names it.
second() {
  tree=/tmp/second
  rm -rf "$tree"
  dpkg-deb -R "$1" "$tree"
  version=$(sed -n 's/^Version: //p' "$tree/DEBIAN/control")
  name=$(sed -n 's/^Package: //p' "$tree/DEBIAN/control")
  sed -i "s/^Version: .*/Version: $version+lab2/" "$tree/DEBIAN/control"
  echo "$version+lab2" > "$tree/usr/share/doc/$name/lab-release"
  dpkg-deb --root-owner-group -Zgzip -z1 -b "$tree" /srv/lab/deb-updates > /dev/null
}

hello 1.0-1 /srv/lab/deb
hello 2.0-1 /srv/lab/deb-updates
for name in keepalived haproxy; do second /srv/lab/deb/"$name"_*.deb; done
for repo in deb deb-updates; do
  cd /srv/lab/$repo
  apt-ftparchive packages . > Packages
  apt-ftparchive -o APT::FTPArchive::Release::Origin=lab -o APT::FTPArchive::Release::Label=$repo \
    -o APT::FTPArchive::Release::Suite=bookworm release . > /tmp/Release
  mv /tmp/Release Release
done

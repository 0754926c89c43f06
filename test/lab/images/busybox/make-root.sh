#!/bin/sh
# A root file system of busybox, dropbear and the libraries dropbear is linked to; nothing else.
set -eu
root=$1
mkdir -p "$root"/bin "$root"/sbin "$root"/usr/bin "$root"/usr/sbin "$root"/etc/dropbear "$root"/root/.ssh \
  "$root"/proc "$root"/sys "$root"/dev "$root"/run "$root"/tmp "$root"/var/log "$root"/home "$root"/lab
cp /usr/bin/busybox "$root/bin/busybox"
for applet in $(busybox --list-full); do
  case $applet in linuxrc | */busybox) continue ;; esac
  mkdir -p "$root/$(dirname "$applet")"
  ln -s /bin/busybox "$root/$applet"
done
for program in dropbear dropbearkey dropbearconvert; do
  path=$(command -v $program)
  cp "$path" "$root/usr/sbin/$program"
  ldd "$path" | grep -o '/lib[^ ]*' | while read -r lib; do
    mkdir -p "$root/$(dirname "$lib")"
    cp -L "$lib" "$root/$lib"
  done
done
# Names are looked up by glibc, which loads these at run time.
cp -L /lib/x86_64-linux-gnu/libnss_files* "$root/lib/x86_64-linux-gnu/" 2>/dev/null || true
printf 'root:*:0:0:root:/root:/bin/sh\nnobody:*:65534:65534:nobody:/:/bin/false\n' > "$root/etc/passwd"
printf 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n' > "$root/etc/group"
printf 'root:*:19000:0:99999:7:::\n' > "$root/etc/shadow"
chmod 600 "$root/etc/shadow"
printf '/bin/sh\n' > "$root/etc/shells"
printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n' > "$root/etc/nsswitch.conf"
printf 'NAME=Buildroot\nVERSION=2024.02\nID=buildroot\nVERSION_ID=2024.02\nPRETTY_NAME="Buildroot 2024.02"\n' > "$root/etc/os-release"
printf '::respawn:/usr/sbin/dropbear -F -E -s\n::respawn:/bin/sleep 2147483647\n' > "$root/etc/inittab"
cp /build/lab-boot "$root/lab-boot"
chmod 755 "$root/lab-boot"
chmod 700 "$root/root/.ssh"
chmod 1777 "$root/tmp"

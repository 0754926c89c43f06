import { lines, Script, sh } from '../shell/sh.ts'

/**
 * Tenths of a second in which short requests come to their end, fewer if all do. A health check's connection to a
 * server on the node may take 1 s, so it must stay below.
 */
const TENTHS = 8

/**
 * Runs a script that takes addresses off a node, while no new connection begins on the node, so that none is cut in
 * its first moments. Clients try again by themselves after 1 s, and then reach the next holder. On a node that has none
 * of the addresses it only runs the script.
 */
export function drained(vips: readonly string[], script: Script): Script {
  return lines(sh`vips=${vips.join(' ')} tenths=${TENTHS}`, DRAIN, script)
}

/**
 * Without a firewall's help, the kernel drops SYNs where its backlog is too small and SYN cookies are off; it would
 * spare peers that it knows. All three settings are back before anybody else looks.
 */
const DRAIN = new Script(String.raw`held=
for vip in $vips; do
  ip -o addr show | grep -v '^1: lo ' | grep -qF " $vip/" && held=yes
done
ipv4=/proc/sys/net/ipv4
if [ -n "$held" ] && [ -w $ipv4/tcp_max_syn_backlog ]; then
  cookies=$(cat $ipv4/tcp_syncookies) backlog=$(cat $ipv4/tcp_max_syn_backlog) save=$(cat $ipv4/tcp_no_metrics_save)
  trap 'echo $backlog >$ipv4/tcp_max_syn_backlog; echo $cookies >$ipv4/tcp_syncookies; echo $save >$ipv4/tcp_no_metrics_save' EXIT
  echo 1 >$ipv4/tcp_no_metrics_save
  echo -4 >$ipv4/tcp_max_syn_backlog
  echo 0 >$ipv4/tcp_syncookies
  ip tcp_metrics flush all >/dev/null 2>&1
  while [ $tenths -gt 0 ]; do
    sleep 0.1
    tenths=$((tenths - 1))
    open=
    for vip in $vips; do
      [ -z "$(ss -Htn state established src "$vip" 2>&1)" ] || open=yes
    done
    [ -n "$open" ] || break
  done
fi`)

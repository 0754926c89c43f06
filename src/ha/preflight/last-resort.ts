import { type Script, sh } from '../../shell/sh.ts'
import { GROUPS, TRIAL_ADDRESS } from './packet.ts'
import type { Speech } from './speak.ts'

/**
 * A keepalived of its own with files of its own for as long as the others listen. It has an address, because without
 * one it does not start, but none that anybody could miss or meet: 127.255.112.1 on lo, which goes with it. Of its log
 * only who was heard counts. Who hears a higher priority first says nothing itself, and logs nothing of it.
 */
export function lastResort({ sends, vrid, rank }: Speech): Script {
  const names = [...new Set(sends.flatMap((one) => (one.family === 4 ? one.interface : [])))]
  if (rank === undefined || names.length === 0) return sh`sleep 4`
  const instances = names.map((name, index) => {
    const own = sends.filter((one) => one.family === 4 && one.interface === name)
    const peers = own.map(({ destination }) => destination).filter((to) => to !== GROUPS[4])
    return `vrrp_instance hakube_trial_${index} {
  state MASTER
  interface ${name}
  virtual_router_id ${vrid}
  priority ${rank + 2}
  advert_int 0.25
${
  peers.length > 0
    ? `  unicast_src_ip ${own[0]?.source ?? ''}
  unicast_peer {
${peers
  .map(
    (peer) => `    ${peer}
`,
  )
  .join('')}  }
`
    : ''
}  virtual_ipaddress {
    ${TRIAL_ADDRESS}/32 dev lo scope host no_track
  }
}
`
  })
  const conf = `global_defs {
  vrrp_version 3
}
${instances.join('')}`
  return sh`if command -v keepalived >/dev/null 2>&1 && trial=$(umask 077; mktemp -d /run/hakube-trial.XXXXXX); then
    echo tool keepalived
    trap 'rm -rf "$trial"' EXIT
    (umask 077; printf %s ${conf} >"$trial/conf")
    timeout -k 2 4 keepalived -n -l -D -P -f "$trial/conf" -p "$trial/pid" -r "$trial/vrrp.pid" >"$trial/log" 2>&1
    ip addr del ${TRIAL_ADDRESS}/32 dev lo 2>/dev/null
    for each in $(sed -n 's/.* advert from \([0-9.]*\) .*/\1/p' "$trial/log" | sort -u); do echo "heard $each ${vrid}"; done
    if grep -q 'Entering MASTER STATE' "$trial/log"; then echo 'sent 1'
    elif grep -q 'Entering BACKUP STATE' "$trial/log"; then echo 'sent 0'
    else tail -n 3 "$trial/log"; fi
  else
    sleep 4
  fi`
}

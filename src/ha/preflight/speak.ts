import { lines, type Script, sh } from '../../shell/sh.ts'
import type { Family } from '../address.ts'
import { lastResort } from './last-resort.ts'
import { GROUPS, hexOf, probePacket } from './packet.ts'
import { PERL, PYTHON } from './programs.ts'

/** Milliseconds of listening: three advertisements a second apart, which is the usual pace, and a little more. */
export const LISTEN = 3500

/** Seconds that the kernel may still take for its question: five until it doubts an entry, three until it gives up. */
const SETTLE = 9

/** What one node says and listens to. */
export interface Speech {
  /** Sent over and over. */
  sends: readonly { family: Family; interface: string; source: string; destination: string }[]
  /** Interfaces on which VRRP for everybody is listened to. */
  joins: readonly { family: Family; interface: string }[]
  /** Addresses that are looked for on the network. */
  vips: readonly { family: Family; interface: string; address: string }[]
  /** Addresses of other hosts of the inventory: who has a virtual address is told by name where it is one of them. */
  others: readonly { family: Family; interface: string; address: string }[]
  vrid: number
  /** Its place among the nodes, if a keepalived of hakube's own may be started where nothing else can speak. */
  rank: number | undefined
}

/**
 * Listens to VRRP on raw sockets and sends advertisements meanwhile; knocks at addresses, so that the kernel asks the
 * network who has them, and says what came of it. Writes nowhere. Prints lines:
 * `tool NAME`, `got FAMILY SOURCE BYTES`, `heard SOURCE VRID`, `sent N`, `error WORDS`, `early ADDRESS ENTRY`,
 * `settled SECONDS`, `neighbour ADDRESS ENTRY`.
 */
export function speakScript(speech: Speech): Script {
  const jobs = [
    ...speech.joins.map((one) => `join/${one.family}/${one.interface}/${hexOf(GROUPS[one.family])}`),
    ...speech.sends.map(
      (one) =>
        `send/${one.family}/${one.interface}/${hexOf(one.source)}/${hexOf(one.destination)}/${probePacket(speech.vrid, one.source, one.destination).toString('hex')}`,
    ),
    ...[...speech.vips, ...speech.others].map(
      (one) => `knock/${one.family}/${one.interface}/${hexOf(one.address)}`,
    ),
  ]
  const addresses = speech.vips.map((one) => one.address)
  const all = [...addresses, ...speech.others.map((one) => one.address)]
  // Early: a table with many entries drops those that have failed before anybody can read them.
  return sh`PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
${lines(...speech.vips.map(doubt))}
for each in 1 2; do
  sleep 1
  for vip in ${addresses}; do
    echo "early $vip $(ip neigh show to "$vip" | head -n 1)"
  done
done &
python=
for each in /usr/libexec/platform-python python3; do
  [ -n "$python" ] || ! command -v $each >/dev/null 2>&1 || python=$each
done
if command -v perl >/dev/null 2>&1; then
  echo tool perl
  perl -e ${PERL} ${LISTEN} ${jobs} 2>&1
elif [ -n "$python" ]; then
  echo "tool $python"
  $python -c ${PYTHON} ${LISTEN} ${jobs} 2>&1
else
  echo tool none
  for vip in ${addresses}; do
    if command -v bash >/dev/null 2>&1; then
      vip=$vip bash -c 'echo >"/dev/udp/$vip/9"' 2>/dev/null
    else
      ping -c 1 -W 1 "$vip" >/dev/null 2>&1
    fi
  done
  ${lastResort(speech)}
fi
wait
settled=0
while [ $settled -lt ${SETTLE} ]; do
  wait=
  for vip in ${addresses}; do
    case $(ip neigh show to "$vip") in
    *STALE* | *DELAY* | *PROBE* | *INCOMPLETE*) wait=yes ;;
    esac
  done
  [ -n "$wait" ] || break
  sleep 1
  settled=$((settled + 1))
done
echo "settled $settled"
for vip in ${all}; do
  echo "neighbour $vip $(ip neigh show to "$vip" | head -n 1)"
done`
}

/** The kernel believes an entry for up to 45 s: whoever has just given the address away would still seem to have it. */
function doubt({ address, interface: name }: Speech['vips'][number]): Script {
  return sh`! ip neigh show to ${address} | grep -q lladdr || ip neigh change ${address} dev ${name} nud probe 2>/dev/null`
}

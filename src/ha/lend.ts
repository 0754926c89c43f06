import { lines, type Script, sh } from '../shell/sh.ts'

/** Seconds after which the kernel takes a lent address away by itself, whatever has become of hakube. */
const SECONDS = 60

/**
 * Has a node keep its addresses while its keepalived drops them: on lo, where they count as the node's own, for a
 * limited time. Connections go on, and neighbours are answered as before.
 */
export function lendScript(vips: readonly string[]): Script {
  return lines(
    sh`set -e`,
    ...vips.map(
      (vip) =>
        sh`ip addr replace ${host(vip)} dev lo valid_lft ${SECONDS} preferred_lft ${vip.includes(':') ? 0 : SECONDS}`,
    ),
  )
}

/** Takes lent addresses back. */
export function unlendScript(vips: readonly string[]): Script {
  return lines(...vips.map((vip) => sh`ip addr del ${host(vip)} dev lo 2>/dev/null || :`))
}

function host(vip: string): string {
  return `${vip}/${vip.includes(':') ? 128 : 32}`
}

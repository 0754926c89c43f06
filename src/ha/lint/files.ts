import { dirname } from 'node:path'
import { lintHaproxy, lintPair } from './haproxy.ts'
import { lintKeepalived } from './keepalived.ts'
import { compareKeepalived } from './nodes.ts'
import type { FileProblem, LintProblem } from './problem.ts'

export type ConfigKind = 'keepalived' | 'haproxy'

export interface ConfigFile {
  file: string
  text: string
}

const SECTIONS: Readonly<Record<ConfigKind, RegExp>> = {
  keepalived:
    /^\s*(global_defs|vrrp_instance|vrrp_script|vrrp_sync_group|virtual_server|static_ipaddress)\b/m,
  haproxy: /^(global|defaults|frontend|backend|listen)\b/m,
}

/** Whose configuration a text is, by its sections; undefined = neither keepalived's nor haproxy's. */
export function kindOf(text: string): ConfigKind | undefined {
  if (SECTIONS.keepalived.test(text)) return 'keepalived'
  return SECTIONS.haproxy.test(text) ? 'haproxy' : undefined
}

/** Mistakes in one configuration of either kind. */
export function lintConfig(kind: ConfigKind, text: string): LintProblem[] {
  return kind === 'keepalived' ? lintKeepalived(text) : lintHaproxy(text)
}

/**
 * Mistakes in several configurations: those of each one, those that show beside other nodes' keepalived.conf, and
 * those between keepalived.conf and the haproxy.cfg of its folder (or the only one there is). By file and line.
 */
export function lintConfigs(files: readonly ConfigFile[]): FileProblem[] {
  const of = (kind: ConfigKind) => files.filter(({ text }) => kindOf(text) === kind)
  const [keepalived, haproxy] = [of('keepalived'), of('haproxy')]
  const single = files.flatMap(({ file, text }) => {
    const kind = kindOf(text)
    return kind === undefined ? [] : lintConfig(kind, text).map((problem) => ({ file, ...problem }))
  })
  const pairs = keepalived.flatMap(({ file, text }) => {
    const near = haproxy.filter((other) => dirname(other.file) === dirname(file))
    const partner = near[0] ?? (haproxy.length === 1 ? haproxy[0] : undefined)
    return partner ? lintPair(text, partner.text).map((problem) => ({ file, ...problem })) : []
  })
  const order = new Map(files.map(({ file }, index) => [file, index]))
  return [...single, ...compareKeepalived(keepalived), ...pairs].toSorted(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line,
  )
}

/** A line for each problem, as compilers write them, with what to write instead below it. */
export function problemText(problems: readonly FileProblem[]): string {
  return problems
    .map(({ file, line, code, message, hint }) => `${file}:${line}: ${message} [${code}]\n  ${hint}`)
    .join('\n')
}

const WORD = /(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+/gs
const SHARING = /^control(?:master|persist|path)(?:[\s=]|$)/i

/**
 * The text of `ssh_args` without the options by which OpenSSH shares connections. Nearly every ansible.cfg has them,
 * and they need no warning for every host: one connection per host is what there is anyway.
 */
export function withoutSharing(args: string): { args: string; dropped: string[] } {
  const kept: string[] = []
  const dropped: string[] = []
  const words = args.match(WORD) ?? []
  // An open quote is left to the reader of the arguments to refuse.
  if (args.replaceAll(WORD, '').trim() !== '') return { args, dropped }
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const isPair = word === '-o' && at + 1 < words.length
    const option = isPair ? `-o ${words[at + 1] ?? ''}` : word
    const value = /^-o\s*(.*)$/s.exec(option)?.[1]?.replace(/^["']/, '')
    const isSharing = word === '-C' || (value !== undefined && SHARING.test(value))
    ;(isSharing ? dropped : kept).push(option)
    if (isPair) at += 1
  }
  return { args: kept.join(' '), dropped }
}

import { Script, quote } from '../shell/sh.ts'

const VARIABLE = /\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g
/** With the slash: a quoted one would be taken for a part of the user's name. */
const HOME = /^~[A-Za-z0-9_.-]*(?:\/|$)/

/**
 * One word of a command, with $NAME, ${NAME} and a leading ~ or ~user replaced on the host as Ansible's command
 * does: what is not set stays as it is written, and no value is split or expanded again.
 */
export function expandedWord(word: string): Script {
  const home = HOME.exec(word)?.[0] ?? ''
  // Empty quotes keep the word a word where all that is in it is empty.
  let out = home || "''"
  let at = home.length
  for (const match of word.slice(home.length).matchAll(VARIABLE)) {
    const name = match[1] ?? match[2] ?? ''
    const index = home.length + match.index
    out += literal(word.slice(at, index))
    const unset = match[0].replace(/[${}]/g, (sign) => (sign === '{' ? sign : `\\${sign}`))
    out += `"\${${name}-${unset}}"`
    at = index + match[0].length
  }
  return new Script(out + literal(word.slice(at)))
}

function literal(text: string): string {
  return text === '' ? '' : quote(text)
}

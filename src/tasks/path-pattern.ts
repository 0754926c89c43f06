import { HakubeError } from '../errors.ts'
import { Script, quote } from '../shell/sh.ts'
import type { ScriptAsk } from '../world/replies.ts'
import type { World, WorldQuestion } from '../world/world.ts'

/** A path, or a shell pattern of paths, of which something is there or not: `creates` and `removes`. */
export interface Pattern {
  /** As the user wrote it. */
  text: string
  /** Absolute. */
  path: string
}

const MAGIC = /[*?[]/

/** Reads `creates` and `removes`. A relative path starts in chdir; without chdir there is no place to start. */
export function readPattern(
  name: string,
  text: string | undefined,
  chdir: string | undefined,
): Pattern | undefined {
  if (text === undefined) return undefined
  if (text.startsWith('/')) return { text, path: text }
  if (text === '' || text.startsWith('~') || chdir === undefined) {
    throw new HakubeError(`${name}: ${JSON.stringify(text)} is not an absolute path`, {
      code: 'wrong-parameter',
      hint: 'write a path that begins with /, or a relative one together with chdir',
    })
  }
  return { text, path: `${chdir}/${text}` }
}

export function asksOfPattern(pattern: Pattern): WorldQuestion {
  if (MAGIC.test(pattern.path)) return { kind: 'script', ask: globAsk(pattern.path) }
  return { kind: 'path', ask: { path: pattern.path } }
}

/** Whether anything is there. As with Python's glob, a link that points nowhere is something. */
export function isThere(pattern: Pattern, world: World): boolean {
  if (!MAGIC.test(pattern.path)) return world.get('path', { path: pattern.path }).exists
  return world.get('script', globAsk(pattern.path)).stdout.toString('latin1') === 'y\n'
}

function globAsk(path: string): ScriptAsk {
  // Every second part is a wildcard and goes to the shell as it is; a [ that opens nothing is a character.
  const parts = path.split(/([*?]|\[[^\]/'"\\$`\s]+\])/)
  const words = parts.map((part, index) => (index % 2 === 1 || part === '' ? part : quote(part)))
  const text = `for found in ${words.join('')}; do
  if [ -e "$found" ] || [ -L "$found" ]; then echo y; exit; fi
done
echo n`
  return { id: `glob ${path}`, text: new Script(text) }
}

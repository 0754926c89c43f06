import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { HakubeError } from '../errors.ts'

/** How far above a file the plugins of its role, playbook or collection are looked for. */
const LEVELS = 6

/**
 * A problem with a module or filter that the role or playbook brings along itself as Python: the hint says so, instead
 * of guessing at a slip of the fingers.
 */
export function aboutOwnPlugins(problem: HakubeError): HakubeError {
  const { place, message, code } = problem
  if (!place) return problem
  const [, quoted = ''] = /^there is no (?:module|filter|test|lookup) '?([\w.]+)'?/.exec(message) ?? []
  const name = quoted.slice(quoted.lastIndexOf('.') + 1)
  if (name === '') return problem
  const file = code === 'unknown-module' ? ownModule(name, place.file) : ownFilter(name, place.file)
  if (file === undefined) return problem
  const hint = `${file} brings it along, and hakube runs no plugins of playbooks and roles, which are Python`
  return new HakubeError(message, { code, place, hint, docs: problem.docs })
}

function ownModule(name: string, from: string): string | undefined {
  const names = ['library', 'plugins/modules'].map((folder) => `${folder}/${name}.py`)
  return above(from)
    .flatMap((folder) => names.map((one) => join(folder, one)))
    .find((file) => existsSync(file))
}

/** The file that defines a filter, test or lookup: plugins of that kind may hold many. */
function ownFilter(name: string, from: string): string | undefined {
  const word = new RegExp(`['"]${name}['"]\\s*:|\\b${name}\\s*=`)
  for (const folder of above(from).flatMap((one) => FOLDERS.map((part) => join(one, part)))) {
    if (!existsSync(folder)) continue
    const files = readdirSync(folder)
      .filter((file) => file.endsWith('.py'))
      .map((file) => join(folder, file))
    const found = files.find((file) => file.endsWith(`/${name}.py`) || word.test(readFileSync(file, 'utf8')))
    if (found !== undefined) return found
  }
  return undefined
}

/** Where roles, playbooks and collections have them, and where ansible.cfg says so in some repositories. */
const FOLDERS = ['filter', 'test', 'lookup'].flatMap((kind) => [
  `${kind}_plugins`,
  `plugins/${kind}`,
  `library/${kind}_plugins`,
])

function above(file: string): string[] {
  const out: string[] = []
  let folder = dirname(file)
  while (out.length < LEVELS && folder !== dirname(folder)) {
    out.push(folder)
    folder = dirname(folder)
  }
  return out
}

import { HakubeError } from '../errors.ts'
import { resolveModule } from '../playbook/collections.ts'

/** The modules of --without. Throws HakubeError for one that hakube has: it would run all the same. */
export function withoutModules(names: readonly string[] = []): ReadonlySet<string> {
  for (const name of names) {
    if (resolveModule(name, []))
      throw new HakubeError(`--without ${name}: hakube has this module`, {
        code: 'wrong-without',
        hint: 'to leave tasks out, use --skip-tags or a condition',
      })
  }
  return new Set(names)
}

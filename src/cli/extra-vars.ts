import { HakubeError } from '../errors.ts'
import { splitKeyValue } from '../playbook/key-value.ts'
import { readText, variablesOf } from '../run/inputs.ts'
import type { Vault } from '../vault/vault.ts'
import type { Raw, RawVariables } from '../variables/store.ts'

/** The variables of all -e: `name=value …`, JSON or YAML in braces, or `@file`. Later ones win. */
export async function extraVariables(given: readonly string[], vault: Vault): Promise<RawVariables> {
  const out = new Map<string, Raw>()
  for (const text of given) for (const [name, raw] of await read(text, vault)) out.set(name, raw)
  return out
}

async function read(text: string, vault: Vault): Promise<RawVariables> {
  if (text.startsWith('@')) {
    const file = text.slice(1)
    return variablesOf(await readText(file, 'variables file', vault), file, vault)
  }
  if (/^\s*[[{]/.test(text)) return variablesOf({ text, hidden: false }, '-e', vault)
  const { pairs, free } = splitKeyValue(text)
  if (free || pairs.length === 0) {
    throw new HakubeError(`-e ${text}: this is no name=value`, {
      code: 'wrong-extra-vars',
      hint: 'write -e name=value, -e \'{"name": "value"}\' or -e @file.yml',
    })
  }
  return new Map(pairs.map(([name, value]): [string, Raw] => [name, { value, place: { file: '-e' } }]))
}

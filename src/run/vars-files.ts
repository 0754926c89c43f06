import { dirname, resolve } from 'node:path'
import { HakubeError, isKnown } from '../errors.ts'
import type { Located, Play } from '../playbook/model.ts'
import { hasTemplate } from '../playbook/reader.ts'
import { diskSources, variablesIn, type Sources } from '../playbook/sources.ts'
import { toJson } from '../value.ts'
import { NotYet } from '../variables/not-yet.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'
import type { RawVariables } from '../variables/store.ts'
import type { Vault } from '../vault/vault.ts'

/** What the files of one host are named with: its variables with those of the files before. */
export type ScopeWith = (files: readonly RawVariables[]) => TaskScope

/**
 * The variables of `vars_files`. Files whose names are known are read before the run; where facts and variables of hosts
 * name them, each host has its own, and has none of what it cannot name before its facts are in.
 */
export class VarsFiles {
  readonly #sources: Sources
  readonly #warn: (text: string) => void
  readonly #read = new Map<string, RawVariables | undefined>()
  readonly #ofHosts = new Map<Play, Map<string, readonly RawVariables[]>>()

  constructor(vault: Vault, warn: (text: string) => void) {
    this.#sources = diskSources(vault)
    this.#warn = warn
  }

  /** Of the files that are the same for all hosts, the last one first. Throws HakubeError(s) for one that is not there. */
  shared(play: Play): readonly RawVariables[] {
    return play.varsFiles
      .filter((names) => !names.some(({ value }) => hasTemplate(value)))
      .map((names) => this.#first(play, names))
      .toReversed()
  }

  /** Of all files of a host, the last one first. Throws HakubeError for one that is not there, or cannot be named. */
  of(play: Play, host: string, hasFacts: boolean, scopeWith: ScopeWith): readonly RawVariables[] {
    let ofPlay = this.#ofHosts.get(play)
    if (!ofPlay) this.#ofHosts.set(play, (ofPlay = new Map()))
    const key = `${hasFacts} ${host}`
    let known = ofPlay.get(key)
    if (!known) {
      known = this.#ofHost(play, hasFacts, scopeWith)
      ofPlay.set(key, known)
    }
    return known
  }

  #ofHost(play: Play, hasFacts: boolean, scopeWith: ScopeWith): readonly RawVariables[] {
    const layers: RawVariables[] = []
    for (const names of play.varsFiles) {
      try {
        const scope = scopeWith(layers)
        const rendered = names.map((name): Located<string> => {
          return { value: String(toJson(renderTree(name, scope))), place: name.place }
        })
        layers.unshift(this.#first(play, rendered))
      } catch (error) {
        const undefinedYet =
          error instanceof NotYet || (isKnown(error) && error.code === 'undefined-variable')
        if (!undefinedYet || hasFacts) throw error
        // As in Ansible. Where facts come later, they may name it.
        if (play.gatherFacts?.value === false)
          this.#warn(
            `vars_files: ${names.map(({ value }) => value).join(', ')} is left out: ${error.message}`,
          )
      }
    }
    return layers
  }

  /** The first of these files that is there. */
  #first(play: Play, names: readonly Located<string>[]): RawVariables {
    // As in Ansible: beside the playbook that the play is written in, in its vars/ first.
    const dir = dirname(resolve(play.place.file))
    const files = names.flatMap(({ value }) => [resolve(dir, 'vars', value), resolve(dir, value)])
    for (const file of files) {
      const found = this.#variables(file)
      if (found) return found
    }
    const [first] = names
    throw new HakubeError(`there is no variables file ${names.map(({ value }) => value).join(', ')}`, {
      code: 'file-not-found',
      place: first?.place,
      hint: `looked for ${files.join(', ')}`,
    })
  }

  #variables(file: string): RawVariables | undefined {
    if (!this.#read.has(file)) {
      const text = this.#sources.read(file)
      this.#read.set(file, text && variablesIn(text, file, (values) => this.#sources.hide(values)))
    }
    return this.#read.get(file)
  }
}

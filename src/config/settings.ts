import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isUtf8 } from 'node:buffer'
import { HakubeError, throwAll } from '../errors.ts'
import type { Place } from '../errors.ts'
import { strategyOf, type Strategy } from '../playbook/strategy.ts'
import { findConfig, type Surroundings } from './find.ts'
import { parseConfig, type Section } from './ini.ts'
import { withoutSharing } from './ssh-sharing.ts'
import { MEANINGFUL, SETTINGS, type Setting, type SettingName } from './table.ts'
import { items, managedLine, path, plain, sourceOf, truth, wholeNumber, type Given } from './values.ts'

/** What ansible.cfg and the environment say. Undefined: nothing. Paths are absolute. */
export interface Settings {
  /** The ansible.cfg that was read. */
  file: string | undefined
  inventory: readonly string[] | undefined
  remoteUser: string | undefined
  remotePort: number | undefined
  privateKeyFile: string | undefined
  askPass: boolean | undefined
  connectionPasswordFile: string | undefined
  becomePasswordFile: string | undefined
  forks: number | undefined
  /** Directories in which roles are looked for. */
  rolesPath: readonly string[] | undefined
  /** How the hosts of plays go together that do not say it. */
  strategy: Strategy | undefined
  /** The line that templates show with `ansible_managed`. */
  ansibleManaged: string | undefined
  forceHandlers: boolean | undefined
  hostKeyChecking: boolean | undefined
  /** Seconds. */
  timeout: number | undefined
  become: boolean | undefined
  becomeUser: string | undefined
  becomeMethod: string | undefined
  becomeFlags: string | undefined
  becomeExe: string | undefined
  becomeAskPass: boolean | undefined
  sshArgs: string | undefined
  sshCommonArgs: string | undefined
  sshExtraArgs: string | undefined
  askVaultPass: boolean | undefined
  vaultPasswordFile: string | undefined
  /** `ID@FILE` and the like, the files absolute. */
  vaultIdentityList: readonly string[] | undefined
  vaultEncryptIdentity: string | undefined
  vaultIdMatch: boolean | undefined
  diffAlways: boolean | undefined
  /** Where a setting was made. */
  places: ReadonlyMap<SettingName, Place>
  /** For the log: which file was read, and what in it has no effect. */
  notes: readonly string[]
  /** Files that were not read although they are there. */
  passedOver: readonly string[]
  /** What the user of a playbook should know at once, these files included. */
  warnings: readonly string[]
}

type Sections = ReadonlyMap<string, Section>

/**
 * Finds and reads ansible.cfg; environment variables beat it.
 * Throws HakubeError `config-missing`, `config-syntax`, `config-value`, HakubeErrors for several mistakes.
 */
export async function readSettings(where: Surroundings): Promise<Settings> {
  const found = await findConfig(where)
  const sections: Sections =
    found.file === undefined ? new Map() : parseConfig(await readConfig(found.file), found.file)
  const reader = new SettingsReader(sections, where)
  const all = reader.all()
  const { args, dropped } = withoutSharing(all.sshArgs ?? '')
  const settings = {
    file: found.file,
    ...all,
    sshArgs: args === '' ? undefined : args,
    places: reader.places,
    notes: [
      ...notesOf(found.file, sections, where),
      ...(dropped.length === 0 ? [] : [`ssh_args without an effect here: ${dropped.join(' ')}`]),
    ],
    passedOver: found.warnings,
    warnings: [...found.warnings, ...changesOfMeaning(sections, where)],
  }
  throwAll(reader.errors)
  return settings
}

async function readConfig(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new HakubeError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      code: 'config-missing',
      place: { file },
      cause: error,
    })
  })
  if (isUtf8(bytes)) return bytes.toString('utf8')
  throw new HakubeError(`${file} is not a text in UTF-8`, {
    code: 'config-syntax',
    place: { file },
    hint: 'Is this the right file?',
  })
}

class SettingsReader {
  readonly errors: HakubeError[] = []
  readonly places = new Map<SettingName, Place>()
  readonly #sections: Sections
  readonly #where: Surroundings

  constructor(sections: Sections, where: Surroundings) {
    this.#sections = sections
    this.#where = where
  }

  all() {
    return {
      inventory: this.#paths('inventory', ','),
      remoteUser: this.#text('remoteUser'),
      remotePort: this.#number('remotePort'),
      privateKeyFile: this.#path('privateKeyFile'),
      askPass: this.#truth('askPass'),
      connectionPasswordFile: this.#path('connectionPasswordFile'),
      becomePasswordFile: this.#path('becomePasswordFile'),
      forks: this.#number('forks'),
      rolesPath: this.#paths('rolesPath', ':'),
      strategy: this.#read('strategy', ({ text, place }) => strategyOf(text, place)),
      ansibleManaged: this.#read('ansibleManaged', managedLine),
      forceHandlers: this.#truth('forceHandlers'),
      hostKeyChecking: this.#truth('hostKeyChecking'),
      timeout: this.#number('timeout'),
      become: this.#truth('become'),
      becomeUser: this.#text('becomeUser'),
      becomeMethod: this.#text('becomeMethod'),
      becomeFlags: this.#text('becomeFlags'),
      becomeExe: this.#text('becomeExe'),
      becomeAskPass: this.#truth('becomeAskPass'),
      sshArgs: this.#text('sshArgs'),
      sshCommonArgs: this.#text('sshCommonArgs'),
      sshExtraArgs: this.#text('sshExtraArgs'),
      askVaultPass: this.#truth('askVaultPass'),
      vaultPasswordFile: this.#path('vaultPasswordFile'),
      vaultIdentityList: this.#identities('vaultIdentityList'),
      vaultEncryptIdentity: this.#text('vaultEncryptIdentity'),
      vaultIdMatch: this.#truth('vaultIdMatch'),
      diffAlways: this.#truth('diffAlways'),
    }
  }

  #text(name: SettingName): string | undefined {
    return this.#read(name, plain)
  }

  #truth(name: SettingName): boolean | undefined {
    return this.#read(name, truth)
  }

  #number(name: SettingName): number | undefined {
    return this.#read(name, wholeNumber)
  }

  #path(name: SettingName): string | undefined {
    return this.#read(name, (given) => path(given.text, given, this.#where))
  }

  #paths(name: SettingName, separator: string): string[] | undefined {
    return this.#read(name, (given) => items(given, separator).map((item) => path(item, given, this.#where)))
  }

  /** The files of vault ids: beside ansible.cfg if they are there, else from the current directory as in Ansible. */
  #identities(name: SettingName): string[] | undefined {
    return this.#read(name, (given) =>
      items(given).map((item) => {
        const text = plain({ ...given, text: item })
        const at = text.indexOf('@') + 1
        const source = text.slice(at)
        if (source === 'prompt' || source === '') return text
        const beside = path(source, given, this.#where)
        return (
          text.slice(0, at) +
          (existsSync(beside) ? beside : path(source, { ...given, place: undefined }, this.#where))
        )
      }),
    )
  }

  #read<T>(name: SettingName, convert: (given: Given) => T): T | undefined {
    const given = givenFor(SETTINGS[name], this.#sections, this.#where)
    if (!given) return undefined
    this.places.set(name, given.place ? { file: sourceOf(given) } : { file: given.name })
    try {
      return convert(given)
    } catch (error) {
      if (!(error instanceof HakubeError)) throw error
      this.errors.push(error)
      return undefined
    }
  }
}

/** What decides: the last environment variable that is set, else the last entry of the file. Empty is not set. */
function givenFor({ ini, env }: Setting, sections: Sections, where: Surroundings): Given | undefined {
  const variable = env.findLast((name) => where.env[name])
  if (variable !== undefined) return { name: variable, text: where.env[variable] ?? '', place: undefined }
  for (const [section, name] of [...ini].reverse()) {
    const entry = sections.get(section)?.get(name)
    if (entry && entry.value !== '')
      return { name: `[${section}] ${name}`, text: entry.value, place: entry.place }
  }
  return undefined
}

function notesOf(file: string | undefined, sections: Sections, { env }: Surroundings): string[] {
  const honoured: Setting[] = Object.values(SETTINGS)
  const written = new Set(honoured.flatMap(({ ini }) => ini.map(([section, name]) => `[${section}] ${name}`)))
  const idle = [...sections].flatMap(([section, entries]) =>
    section === 'DEFAULT' ? [] : [...entries.keys()].map((name) => `[${section}] ${name}`),
  )
  const ours = new Set<string>(honoured.flatMap((setting) => setting.env))
  const others = Object.keys(env).filter((name) => name.startsWith('ANSIBLE_') && name !== 'ANSIBLE_CONFIG')
  const none = [
    ...idle.filter((name) => !written.has(name)),
    ...others.filter((name) => !ours.has(name)).sort(),
  ]
  return [
    file === undefined ? 'no ansible.cfg was read' : `read the settings of ${resolve(file)}`,
    ...(none.length === 0 ? [] : [`settings without an effect here: ${none.join(', ')}`]),
  ]
}

function changesOfMeaning(sections: Sections, { env }: Surroundings): string[] {
  return MEANINGFUL.flatMap((setting) => {
    const given = givenFor({ ini: [[setting.section, setting.name]], env: [setting.env] }, sections, {
      env,
      cwd: '',
    })
    if (!given || setting.harmless.test(plain(given))) return []
    return [
      `${sourceOf(given)}: ${setting.name} = ${given.text} has no effect here, and a playbook may rely on it`,
    ]
  })
}

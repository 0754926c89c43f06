import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { HakubeError } from '../errors.ts'
import { expandPath } from './paths.ts'

export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  /** The directory of the playbook; undefined where there is none, or where it is not the user's own. */
  playbookDir?: string | undefined
  /** Where the settings of the whole machine are; /etc/ansible when not given. */
  etc?: string | undefined
}

export interface Found {
  file: string | undefined
  /** Files that were passed over although they are there, and why. */
  warnings: readonly string[]
}

/**
 * The one ansible.cfg that counts: of ANSIBLE_CONFIG, the current directory, the directory of the playbook, the home
 * directory (.ansible.cfg) and /etc/ansible, the first that is there. A directory that everybody may write to is
 * passed over, as in Ansible: anybody could put a file there.
 * Throws HakubeError `config-missing` if ANSIBLE_CONFIG names no file.
 */
export async function findConfig(where: Surroundings): Promise<Found> {
  const named = where.env['ANSIBLE_CONFIG']
  if (named !== undefined) return { file: await namedFile(named, where), warnings: [] }
  const warnings: string[] = []
  for (const directory of new Set([
    where.cwd,
    ...(where.playbookDir === undefined ? [] : [where.playbookDir]),
  ])) {
    const file = join(directory, 'ansible.cfg')
    if (!(await isReadable(file))) continue
    if (!(await isOpenToAll(directory))) return { file, warnings }
    warnings.push(
      `${file} is not read: everybody may write to its directory; name it in ANSIBLE_CONFIG to read it`,
    )
  }
  const home = where.env['HOME']
  const others = [
    ...(home ? [join(home, '.ansible.cfg')] : []),
    join(where.etc ?? '/etc/ansible', 'ansible.cfg'),
  ]
  for (const file of others) if (await isReadable(file)) return { file, warnings }
  return { file: undefined, warnings }
}

async function namedFile(named: string, { env, cwd }: Surroundings): Promise<string> {
  const path = resolve(cwd, expandPath(named, env))
  const found = await stat(path).catch(() => undefined)
  const file = found?.isDirectory() ? join(path, 'ansible.cfg') : path
  if (await isReadable(file)) return file
  throw new HakubeError(`there is no configuration file ${file} that could be read`, {
    code: 'config-missing',
    hint: 'it is named by the environment variable ANSIBLE_CONFIG: correct or unset it',
  })
}

async function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  )
}

async function isOpenToAll(directory: string): Promise<boolean> {
  return ((await stat(directory)).mode & 0o002) !== 0
}

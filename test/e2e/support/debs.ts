import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lab } from '../../lab/lab.ts'
import { containerOf } from '../../lab/members.ts'
import { PATHS } from '../../lab/paths.ts'
import { must } from '../../lab/process.ts'

/**
 * Puts packages that the hosts' own repositories have not, and what they depend on beyond what the host has, as files
 * into `/root/NAME` of a Debian-like host of the lab. The machine's own apt fetches them, once for all runs. Throws
 * where it cannot.
 */
export async function bringDebs(host: string, name: string, packages: readonly string[]): Promise<void> {
  const cache = join(PATHS.state, name)
  await mkdir(join(cache, 'partial'), { recursive: true })
  const status = join(cache, 'status')
  await writeFile(status, await lab.sh(host, 'cat /var/lib/dpkg/status'))
  await must([
    'apt-get',
    `-oDir::State::status=${status}`,
    `-oDir::Cache::archives=${cache}`,
    '-yq',
    '--download-only',
    '--no-install-recommends',
    'install',
    ...packages,
  ])
  await lab.sh(host, `mkdir -p /root/${name}`)
  await must(['docker', 'cp', `${cache}/.`, `${containerOf(host)}:/root/${name}`])
}

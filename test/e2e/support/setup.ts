import { execFileSync } from 'node:child_process'
import { lab } from '../../lab/lab.ts'

/** Once for all files that need real hosts: the bundle, as users get it, and the lab. */
export default async function setup(): Promise<void> {
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], { stdio: 'inherit' })
  await lab.ensureUp((text) => console.error(`lab: ${text}`))
}

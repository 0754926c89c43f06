import { fileURLToPath } from 'node:url'

/** A playbook that comes with hakube: two folders up from src/cli, one from dist. */
export function bundledPlaybook(name: 'ha' | 'teardown' = 'ha'): string {
  const root = new URL(import.meta.url.includes('/src/cli/') ? '../../' : '../', import.meta.url)
  return fileURLToPath(new URL(`playbooks/${name}.yml`, root))
}

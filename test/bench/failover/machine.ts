import { availableParallelism, cpus, release } from 'node:os'
import { lab } from '../../lab/lab.ts'
import type { Setup } from './setups.ts'

/** What the figures were made on. Containers share the machine's CPUs and its kernel. */
export async function machineFacts(setups: readonly Setup[]): Promise<Record<string, string>> {
  const node = setups[0]?.nodes[0] ?? 'm1'
  const version = async (script: string) => (await lab.sh(node, script)).trim()
  return {
    cpus: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    kernel: release(),
    haproxy: await version("haproxy -v | sed -n 's/.*version \\([0-9.]*\\).*/\\1/p'"),
    keepalived: await version("keepalived -v 2>&1 | sed -n 's/^Keepalived v\\([0-9.]*\\).*/\\1/p'"),
  }
}

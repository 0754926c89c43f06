import { lab } from '../../lab/lab.ts'

/** Where the hosts of generated lists are. */
export interface Site {
  inventory(host: string): string
  sh(host: string, script: string): Promise<string>
  reset(hosts: readonly string[]): Promise<void>
}

export const site: Site = { inventory: (host) => lab.inventory([host]), sh: lab.sh, reset: lab.reset }

import type { Secret } from '../secret.ts'

/** What to do about the key of a host that is not known yet. A changed key is refused whatever this says. */
export type HostKeyChecking = 'strict' | 'accept-new' | 'no'

/** How to get to one host, as the inventory and the command line say it. */
export interface Target {
  /** The host's name in the inventory. */
  name: string
  /** Where to connect to; what OpenSSH would take as the host (a name of ~/.ssh/config is one). */
  address: string
  port?: number | undefined
  user?: string | undefined
  /** Private key to try before all others. */
  keyFile?: string | undefined
  password?: Secret | undefined
  becomePassword?: Secret | undefined
  /** `sudo` (when not given), `su` or `doas`. */
  becomeMethod?: string | undefined
  /** Options of the program, as one text; `-H` for sudo and none for the others when not given. */
  becomeFlags?: string | undefined
  /** The program, where it is not named after the method or not in the search path. */
  becomeExe?: string | undefined
  connection: 'ssh' | 'local'
  /** `ansible_ssh_common_args` and `ansible_ssh_extra_args`, as one text. */
  sshCommonArgs?: string | undefined
  /** Undefined leaves it to the user's SSH configuration, whose default is strict. */
  hostKeyChecking?: HostKeyChecking | undefined
  /** Where hostKeyChecking was said, for the warning that `no` gets: `ansible.cfg:3`. */
  hostKeyCheckingFrom?: string | undefined
  /** Seconds until a host that does not answer counts as unreachable; 10 when not given. */
  timeout?: number | undefined
}

import { userInfo } from 'node:os'
import type { BecomeSettings } from './become/methods.ts'
import { HostConnection } from './host-connection.ts'
import { forwardLocally } from './local-forward.ts'
import { startProcess } from './process.ts'

export interface LocalOptions {
  host: string
  become: BecomeSettings
  questionsTimeout?: number | undefined
  warn?: ((message: string) => void) | undefined
  /** Program and arguments of the shell that starts everything; /bin/sh when not given. */
  shell?: readonly [string, ...string[]] | undefined
  /** The directory that everything is started in: that of the playbook, as in Ansible. */
  cwd?: string | undefined
}

/** The controller itself as a host (`ansible_connection=local`). */
export function openLocal(options: LocalOptions): HostConnection {
  const [program, ...args] = options.shell ?? ['/bin/sh']
  return new HostConnection({
    host: options.host,
    loginUser: userInfo().username,
    starts: {
      plain: (command) => Promise.resolve(startProcess(program, [...args, '-c', command], options.cwd)),
      terminal: undefined,
    },
    forward: forwardLocally(options.host),
    end: () => Promise.resolve(),
    become: options.become,
    questionsTimeout: options.questionsTimeout,
    warn: options.warn,
  })
}

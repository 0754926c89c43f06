import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** Where the lab's files are. Everything made at run time is below `state`, which git ignores. */
export const PATHS = {
  root: path('../..'),
  compose: path('../../docker-compose.test.yml'),
  images: path('images'),
  state: path('.state'),
  /** Mounted into every host while it boots: its keys. */
  share: path('.state/share'),
  buildContext: path('.state/build'),
  identity: path('.state/id_ed25519'),
  knownHosts: path('.state/known_hosts'),
  sshConfig: path('.state/ssh_config'),
  ca: path('.state/ca.crt'),
  /** What the running hosts were made from. */
  stamp: path('.state/stamp'),
  /** One for the machine: there is one set of names and ports, whatever the checkout. */
  lock: `${tmpdir()}/hakube-lab.lock`,
  /** Not in `state`: an engine outlives the checkout that started it. */
  engineLog: '/var/log/hakube-lab-dockerd.log',
  enginePid: '/run/hakube-lab-dockerd.pid',
} as const

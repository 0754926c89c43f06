import { Script, lines, sh } from '../shell/sh.ts'

/**
 * Variables mean something to the shell or the programs themselves: they can only be said on the command line.
 * All others reach the program through its environment, which nobody but root can read.
 */
const OWN =
  /^(PATH|HOME|IFS|ENV|CDPATH|PS\d|OPT(IND|ARG|ERR)|PPID|E?UID|GROUPS|USER|LOGNAME|SHELL|SHELLOPTS|PWD|OLDPWD|LINENO|RANDOM|SECONDS|HIST\w*|FUNCNAME|DIRSTACK|PIPESTATUS|TMPDIR|TERM|LANG|TZ|NOTIFY_SOCKET|LISTEN_\w*|DEBUG|(BASH|DOCKER|CONTAINER|CONTAINERS|PODMAN|REGISTRY|BUILDAH|BUILDKIT|LD|LC|GO|XDG|DBUS|STORAGE|SSH|SSL|OTEL|hk)_?\w*)$|^\w*_proxy$/i

/** A command with these variables for the container: the words that hand them over, and what goes in front. */
export function handOver(variables: readonly (readonly [string, string])[]): {
  before: Script
  flags: string[]
} {
  const quiet = variables.filter(([name]) => /^[A-Za-z_]\w*$/.test(name) && !OWN.test(name))
  const loud = variables.filter((one) => !quiet.includes(one))
  return {
    before: lines(
      ...quiet.map(([name, value]) => sh`${new Script(name)}=${value}; export ${name}`),
      new Script(':'),
    ),
    flags: [
      ...quiet.map(([name]) => `--env=${name}`),
      ...loud.map(([name, value]) => `--env=${name}=${value}`),
    ],
  }
}
